-- Leans on projections_name_version_key.
--
-- The version $2 of the projection $1, and the names of the events that it is owed; empty for all.
SELECT projections.id, projections.types
  FROM es.projections
 WHERE projections.name = $1 AND projections.version = $2;
