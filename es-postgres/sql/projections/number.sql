-- Leans on projections_name_version_key.
--
-- The number of version $2 of the projection $1, whether its rows are read, and whether they are there.
SELECT projections.id, projections.is_read, projections.is_prepared
  FROM es.projections
 WHERE projections.name = $1 AND projections.version = $2;
