-- Leans on projections_pkey and on parked_is_first_idx.
--
-- Whether the version $1 has effects, and has parked events. In the order of the keys, or the
-- planner would take it that there is one wherever it begins to look.
SELECT projections.has_effects
       AND (SELECT parked.key
              FROM es.parked
             WHERE parked.projection = projections.id AND parked.is_first
             ORDER BY parked.key
             LIMIT 1) IS NOT NULL
  FROM es.projections
 WHERE projections.id = $1;
