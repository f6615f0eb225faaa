-- Leans on projections_is_read_key for the version and on leases_pkey for its slots.
--
-- The version of the projection $1 whose rows are read, and how far its slots have come. Asked while
-- somebody waits.
SELECT projections.name, projections.version, projections.state, projections.stopped,
       projections.incarnation, projections.types, projections.since, projections.is_read,
       projections.keyed_by, slots.numbers, slots.epochs, slots.checkpoints
  FROM es.projections
 CROSS JOIN LATERAL (
           SELECT array_agg(leases.slot ORDER BY leases.slot) AS numbers,
                  array_agg(leases.epoch ORDER BY leases.slot) AS epochs,
                  array_agg(leases.checkpoint ORDER BY leases.slot) AS checkpoints
             FROM es.leases
            WHERE leases.projection = projections.id
       ) slots
 WHERE projections.name = $1 AND projections.is_read;
