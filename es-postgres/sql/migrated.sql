-- Leans on _migrations_pkey.
--
-- Whether migration $1 has been applied.
SELECT true
  FROM es._migrations
 WHERE _migrations.version = $1::bigint AND _migrations.success;
