-- Leans on projections_name_version_key for the version, on projection_nodes_pkey for the node and on
-- leases_pkey for its slots.
--
-- Lets go of all slots that the node $3 of version $2 of the projection $1 holds, and forgets it.
WITH known AS MATERIALIZED (
    SELECT projections.id
      FROM es.projections
     WHERE projections.name = $1 AND projections.version = $2
),
forgotten AS (
    DELETE FROM es.projection_nodes nodes
     USING known
     WHERE nodes.projection = known.id AND nodes.node = $3
),
held AS MATERIALIZED (
    SELECT leases.projection, leases.slot
      FROM known
      JOIN es.leases ON leases.projection = known.id
     WHERE leases.owner = $3
     ORDER BY leases.slot
       FOR UPDATE OF leases
)
UPDATE es.leases
   SET owner = NULL
  FROM held
 WHERE leases.projection = held.projection AND leases.slot = held.slot;
