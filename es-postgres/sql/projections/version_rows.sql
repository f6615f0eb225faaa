-- Leans on projections_name_version_key where a name is given, on leases_pkey for the slots and on
-- parked_is_first_idx for parked events. These in the order of the keys, or the planner would take it that
-- there is one wherever it begins to look.
--
-- The versions of the projection $1, or of all where that is nothing, as the rules of versions see them.
SELECT projections.name, projections.version, projections.state,
       projections.stopped IS NOT NULL AS is_stopped, projections.is_read, projections.is_prepared,
       projections.keyed_by, projections.types, projections.has_effects, projections.incarnation,
       (SELECT parked.key
          FROM es.parked
         WHERE parked.projection = projections.id AND parked.is_first
         ORDER BY parked.key
         LIMIT 1) IS NOT NULL AS has_parked,
       slots.numbers, slots.checkpoints, slots.effects
  FROM es.projections
 CROSS JOIN LATERAL (
           SELECT array_agg(leases.slot ORDER BY leases.slot) AS numbers,
                  array_agg(leases.checkpoint ORDER BY leases.slot) AS checkpoints,
                  array_agg(leases.effects_after ORDER BY leases.slot) AS effects
             FROM es.leases
            WHERE leases.projection = projections.id
       ) slots
 WHERE $1::text IS NULL OR projections.name = $1::text
 ORDER BY projections.name, projections.version;
