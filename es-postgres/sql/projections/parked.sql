-- Leans on projections_name_version_key for the version and on parked_pkey for the events of a key.
--
-- Up to $5 events of the key $3 after position $4 that version $2 of the projection $1 has parked.
SELECT parked.position, parked.version, parked.recorded_at, parked.id, parked.schema_version,
       parked.name, parked.payload, parked.metadata, parked.category, parked.stream_key,
       parked.slot, parked.key, parked.error, parked.attempts, parked.since, parked.due, parked.dropped,
       parked.is_unreadable
  FROM es.projections
 CROSS JOIN LATERAL (SELECT *
                       FROM es.parked
                      WHERE parked.projection = projections.id AND parked.key = $3
                        AND parked.position > $4
                      ORDER BY parked.position
                      LIMIT $5) parked
 WHERE projections.name = $1 AND projections.version = $2
 ORDER BY parked.position;
