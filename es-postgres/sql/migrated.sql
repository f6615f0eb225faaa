-- Leans on _migrations_pkey.
--
-- Whether all migrations from 1 to $1 have been applied.
SELECT true
  FROM es._migrations
 WHERE _migrations.version BETWEEN 1 AND $1::bigint AND _migrations.success
HAVING count(*) = $1::bigint;
