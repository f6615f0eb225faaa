-- Leans on projections_is_read_key for the version and on leases_pkey for its slots.
--
-- How far each slot of the version of the projection $1 has come whose rows are read; none if that is
-- version $2.
SELECT leases.slot, leases.checkpoint
  FROM es.projections
  JOIN es.leases ON leases.projection = projections.id
 WHERE projections.name = $1 AND projections.is_read AND projections.version <> $2;
