-- Leans on nothing: there are as many rows as versions.
--
-- The names of all projections but $1.
SELECT DISTINCT projections.name
  FROM es.projections
 WHERE projections.name <> $1;
