-- Leans on projections_name_version_key for the version and on leases_pkey for its slots.
--
-- Lets go of the slots $4 that the node $3 of version $2 of the projection $1 holds. In the order of
-- their numbers, as everybody who waits for several.
WITH held AS MATERIALIZED (
    SELECT leases.projection, leases.slot
      FROM es.projections
      JOIN es.leases ON leases.projection = projections.id
     WHERE projections.name = $1 AND projections.version = $2
       AND leases.owner = $3 AND leases.slot = ANY ($4::smallint[])
     ORDER BY leases.slot
       FOR UPDATE OF leases
)
UPDATE es.leases
   SET owner = NULL
  FROM held
 WHERE leases.projection = held.projection AND leases.slot = held.slot;
