-- Leans on projections_name_version_key.
--
-- The version $2 of the projection $1 is owed the events of the names $3 from now on.
UPDATE es.projections
   SET types = $3
 WHERE projections.name = $1 AND projections.version = $2;
