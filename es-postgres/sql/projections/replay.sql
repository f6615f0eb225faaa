-- Leans on projections_name_version_key for the version and on parked_is_first_idx for its keys.
--
-- Has the first event of the key $3 tried again, or of all keys where that is nothing, by version $2 of
-- the projection $1. In the order of the keys, as everybody who waits for several.
WITH first AS MATERIALIZED (
    SELECT parked.projection, parked.key, parked.position
      FROM es.projections
      JOIN es.parked ON parked.projection = projections.id
     WHERE projections.name = $1 AND projections.version = $2
       AND parked.is_first AND ($3::text IS NULL OR parked.key = $3::text)
     ORDER BY parked.key
       FOR UPDATE OF parked
)
UPDATE es.parked
   SET attempts = 0, due = statement_timestamp()
  FROM first
 WHERE parked.projection = first.projection AND parked.key = first.key
   AND parked.position = first.position;
