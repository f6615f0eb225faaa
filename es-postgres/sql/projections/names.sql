-- Leans on nothing: there are as many rows as versions.
--
-- The names and versions of all projections, and whether their rows are read.
SELECT projections.name, projections.version, projections.is_read
  FROM es.projections;
