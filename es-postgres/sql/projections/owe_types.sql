-- Leans on projections_pkey and leases_pkey.
--
-- The projection $1 is owed the events of the names $2 from now on. Nobody holds a slot of it any more,
-- nor commits what was begun before. In the order of the slots, as everybody who waits for several.
WITH slots AS MATERIALIZED (
    SELECT leases.projection, leases.slot
      FROM es.leases
     WHERE leases.projection = $1
     ORDER BY leases.slot
       FOR UPDATE
),
freed AS (
    UPDATE es.leases
       SET owner = NULL
      FROM slots
     WHERE leases.projection = slots.projection AND leases.slot = slots.slot
)
UPDATE es.projections
   SET types = $2
 WHERE projections.id = $1;
