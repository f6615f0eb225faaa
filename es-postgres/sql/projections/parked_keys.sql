-- Leans on projections_name_version_key for the version, on parked_is_first_idx for its keys and on
-- parked_pkey for what waits behind each.
--
-- Up to $4 keys after the key $3 of which version $2 of the projection $1 has parked events.
SELECT first.key, first.position, coalesce(first.error, '') AS error, first.attempts, first.since,
       first.due, behind.events, first.is_unreadable
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
