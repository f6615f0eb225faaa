-- Leans on leases_pkey.
--
-- Nobody holds a slot of the projection $1 any more, nor commits what was begun before. Each is given in a
-- new epoch next. In the order of the slots, as everybody who waits for several.
WITH slots AS MATERIALIZED (
    SELECT leases.projection, leases.slot
      FROM es.leases
     WHERE leases.projection = $1
     ORDER BY leases.slot
       FOR UPDATE
)
UPDATE es.leases
   SET owner = NULL
  FROM slots
 WHERE leases.projection = slots.projection AND leases.slot = slots.slot;
