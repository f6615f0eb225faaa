-- Leans on leases_pkey.
--
-- Each slot of the projection $1 has no effects of events that the slot of the projection $2 has handled.
UPDATE es.leases
   SET effects_after = greatest(before.checkpoint, before.effects_after)
  FROM es.leases before
 WHERE leases.projection = $1 AND before.projection = $2 AND before.slot = leases.slot;
