-- Leans on projections_name_version_key for the version, on parked_due_idx and on parked_unreadable_idx,
-- each for some events of each slot.
--
-- Up to $4 events in the slots $3 that version $2 of the projection $1 is to try again by now, the most
-- overdue first. Before them those that wait for a node that can read them, but for the names $5 in the
-- versions $6, which the node that asks cannot read either.
SELECT parked.position, parked.version, parked.recorded_at, parked.id, parked.schema_version,
       parked.name, parked.payload, parked.metadata, parked.category, parked.stream_key,
       parked.slot, parked.key, parked.error, parked.attempts, parked.since, parked.due, parked.dropped,
       parked.is_unreadable
  FROM es.projections
 CROSS JOIN unnest($3::smallint[]) AS held (slot)
 CROSS JOIN LATERAL ((SELECT *
                        FROM es.parked
                       WHERE parked.projection = projections.id AND parked.slot = held.slot
                         AND parked.is_first AND parked.is_unreadable
                         AND (parked.due IS NULL OR parked.due > statement_timestamp())
                         AND NOT EXISTS (SELECT
                                           FROM unnest($5::text[], $6::integer[])
                                                AS kinds (name, schema_version)
                                          WHERE kinds.name = parked.name
                                            AND kinds.schema_version = parked.schema_version)
                       ORDER BY parked.key
                       LIMIT $4)
                     UNION ALL
                     (SELECT *
                        FROM es.parked
                       WHERE parked.projection = projections.id AND parked.slot = held.slot
                         AND parked.is_first AND parked.due <= statement_timestamp()
                       ORDER BY parked.due
                       LIMIT $4)) parked
 WHERE projections.name = $1 AND projections.version = $2
 ORDER BY coalesce(parked.due <= statement_timestamp(), false), parked.due
 LIMIT $4;
