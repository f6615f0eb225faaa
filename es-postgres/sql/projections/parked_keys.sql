-- Leans on projections_name_version_key for the version, on parked_is_first_idx for its keys and on
-- parked_pkey for what waits behind each.
--
-- The first events of up to $4 keys after the key $3 of which version $2 of the projection $1 has parked
-- events, and how many wait behind each.
SELECT first.position, first.version, first.recorded_at, first.id, first.schema_version,
       first.name, first.payload, first.metadata, first.category, first.stream_key,
       first.slot, first.key, first.error, first.attempts, first.since, first.due, first.dropped,
       first.is_unreadable, behind.events
  FROM es.projections
 CROSS JOIN LATERAL (SELECT *
                       FROM es.parked
                      WHERE parked.projection = projections.id AND parked.is_first
                        AND parked.key > $3
                      ORDER BY parked.key
                      LIMIT $4) first
 CROSS JOIN LATERAL (SELECT count(*) AS events
                       FROM es.parked
                      WHERE parked.projection = projections.id AND parked.key = first.key
                        AND parked.position > first.position) behind
 WHERE projections.name = $1 AND projections.version = $2
 ORDER BY first.key;
