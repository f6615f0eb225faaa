-- Leans on projections_name_version_key for the version and on parked_is_first_idx for its keys.
--
-- The keys in the slots $3 of which version $2 of the projection $1 has parked events.
SELECT parked.key
  FROM es.projections
  JOIN es.parked ON parked.projection = projections.id
 WHERE projections.name = $1 AND projections.version = $2
   AND parked.is_first AND parked.slot = ANY ($3::smallint[]);
