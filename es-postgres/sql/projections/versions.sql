-- Leans on projections_name_version_key where a name is given, on leases_pkey and projection_nodes_pkey,
-- on parked_is_first_idx for the keys of each slot, on parked_pkey for the number of events and on
-- parked_unreadable_idx for what no node can read.
--
-- All versions of the projection $1, or of all where that is nothing. Instants in microseconds since
-- 1970.
SELECT projections.name, projections.version, projections.state,
       projections.stopped, projections.incarnation, projections.types, projections.since,
       projections.is_read, projections.keyed_by,
       slots.numbers, slots.epochs, slots.checkpoints, slots.owners, slots.parked_keys,
       nodes.nodes, nodes.until, nodes.rates, nodes.errors, parked.events,
       nodes.hand_positions, nodes.hand_events, nodes.hand_streams, nodes.hand_micros,
       unreadable.names, unreadable.versions, unreadable.keys
  FROM es.projections
 CROSS JOIN LATERAL (
           SELECT array_agg(leases.slot ORDER BY leases.slot) AS numbers,
                  array_agg(holder.node ORDER BY leases.slot) AS owners,
                  array_agg(leases.epoch ORDER BY leases.slot) AS epochs,
                  array_agg(leases.checkpoint ORDER BY leases.slot) AS checkpoints,
                  array_agg(coalesce(queues.keys, 0) ORDER BY leases.slot) AS parked_keys
             FROM es.leases
             LEFT JOIN es.projection_nodes holder
               ON holder.projection = projections.id AND holder.node = leases.owner
              AND holder.alive_until > statement_timestamp()
             LEFT JOIN (SELECT parked.slot, count(*) AS keys
                          FROM es.parked
                         WHERE parked.projection = projections.id AND parked.is_first
                         GROUP BY parked.slot) queues ON queues.slot = leases.slot
            WHERE leases.projection = projections.id
       ) slots
 CROSS JOIN LATERAL (
           SELECT array_agg(alive.node ORDER BY alive.node) AS nodes,
                  array_agg((extract(epoch FROM alive.alive_until) * 1000000)::bigint
                            ORDER BY alive.node) AS until,
                  array_agg(alive.rate ORDER BY alive.node) AS rates,
                  array_agg(alive.error ORDER BY alive.node) AS errors,
                  array_agg(alive.hand_position ORDER BY alive.node) AS hand_positions,
                  array_agg(alive.hand_event ORDER BY alive.node) AS hand_events,
                  array_agg(alive.hand_stream ORDER BY alive.node) AS hand_streams,
                  array_agg(alive.hand_micros ORDER BY alive.node) AS hand_micros
             FROM es.projection_nodes alive
            WHERE alive.projection = projections.id AND alive.alive_until > statement_timestamp()
       ) nodes
 CROSS JOIN LATERAL (SELECT count(*) AS events
                       FROM es.parked
                      WHERE parked.projection = projections.id) parked
 CROSS JOIN LATERAL (
           SELECT array_agg(kinds.name ORDER BY kinds.name, kinds.schema_version) AS names,
                  array_agg(kinds.schema_version ORDER BY kinds.name, kinds.schema_version) AS versions,
                  array_agg(kinds.keys ORDER BY kinds.name, kinds.schema_version) AS keys
             FROM (SELECT parked.name, parked.schema_version, count(*) AS keys
                     FROM es.parked
                    WHERE parked.projection = projections.id AND parked.is_first
                      AND parked.is_unreadable
                    GROUP BY parked.name, parked.schema_version) kinds
       ) unreadable
 WHERE $1::text IS NULL OR projections.name = $1::text
 ORDER BY projections.name, projections.version;
