-- Leans on projections_name_version_key for the version and on parked_due_idx, for some events of
-- each slot.
--
-- Up to $4 events in the slots $3 that version $2 of the projection $1 is to try again by now, the most
-- overdue first.
SELECT parked.position, parked.version, parked.recorded_at, parked.id, parked.schema_version,
       parked.name, parked.payload, parked.metadata, parked.category, parked.stream_key,
       parked.slot, parked.key, parked.error, parked.attempts, parked.since, parked.due, parked.dropped
  FROM es.projections
 CROSS JOIN unnest($3::smallint[]) AS held (slot)
 CROSS JOIN LATERAL (SELECT *
                       FROM es.parked
                      WHERE parked.projection = projections.id AND parked.slot = held.slot
                        AND parked.is_first AND parked.due <= statement_timestamp()
                      ORDER BY parked.due
                      LIMIT $4) parked
 WHERE projections.name = $1 AND projections.version = $2
 ORDER BY parked.due
 LIMIT $4;
