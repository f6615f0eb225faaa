-- Leans on projections_pkey and on parked_is_first_idx.
--
-- Whether the version $1 has effects, and has set something aside.
SELECT projections.has_effects
       AND EXISTS (SELECT
                     FROM es.parked
                    WHERE parked.projection = projections.id AND parked.is_first)
  FROM es.projections
 WHERE projections.id = $1;
