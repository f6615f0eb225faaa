-- Leans on projections_name_version_key for the version and on parked_pkey for the event.
--
-- Has the event of the key $3 at position $4 dropped by version $2 of the projection $1, for the reason
-- $5, if it is the first of its key.
UPDATE es.parked
   SET dropped = $5, due = statement_timestamp()
  FROM es.projections
 WHERE projections.name = $1 AND projections.version = $2
   AND parked.projection = projections.id AND parked.key = $3 AND parked.position = $4
   AND parked.is_first;
