-- Leans on projections_is_read_key for the version and on leases_pkey for its slots.
--
-- The log that the version of the projection $1 whose rows are read follows, and how far all of its slots
-- have come.
SELECT projections.incarnation, slots.position
  FROM es.projections
 CROSS JOIN LATERAL (SELECT min(leases.checkpoint) AS position
                       FROM es.leases
                      WHERE leases.projection = projections.id) slots
 WHERE projections.name = $1 AND projections.is_read;
