-- Leans on projections_name_version_key.
--
-- The version $2 of the projection $1 is in the state $3 from now on.
UPDATE es.projections
   SET state = $3
 WHERE projections.name = $1 AND projections.version = $2;
