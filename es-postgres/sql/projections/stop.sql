-- Leans on projections_name_version_key.
--
-- Stops version $2 of the projection $1 for the reason $3, or lets it go on where that is nothing.
UPDATE es.projections
   SET stopped = $3
 WHERE projections.name = $1 AND projections.version = $2;
