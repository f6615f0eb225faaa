-- Leans on projections_name_version_key for the version, on projection_nodes_pkey for its nodes and on
-- leases_pkey for its slots.
--
-- Gives the node $3 of version $2 of the projection $1 up to $5 slots that nobody holds who is alive,
-- and has it alive for $4 more microseconds. A slot that somebody else is just being given is passed
-- over. The version is locked first, so that nobody is given a slot of one that is just retired.
WITH known AS MATERIALIZED (
    SELECT projections.id
      FROM es.projections
     WHERE projections.name = $1 AND projections.version = $2
       AND projections.state <> 'retired' AND projections.stopped IS NULL
       FOR SHARE
),
alive AS (
    INSERT INTO es.projection_nodes AS nodes (projection, node, alive_until)
    SELECT known.id, $3, statement_timestamp() + $4 * interval '1 microsecond'
      FROM known
    ON CONFLICT (projection, node) DO UPDATE SET alive_until = excluded.alive_until
),
-- Who is not alive any more is forgotten; their slots are free without them too.
forgotten AS (
    DELETE FROM es.projection_nodes nodes
     USING known
     WHERE nodes.projection = known.id AND nodes.node <> $3
       AND nodes.alive_until <= statement_timestamp()
),
candidates AS MATERIALIZED (
    SELECT leases.projection, leases.slot, leases.epoch
      FROM known
      JOIN es.leases ON leases.projection = known.id
     WHERE leases.owner IS NULL
        OR NOT EXISTS (SELECT
                         FROM es.projection_nodes nodes
                        WHERE nodes.projection = known.id AND nodes.node = leases.owner
                          AND nodes.alive_until > statement_timestamp())
),
-- Of a slot that somebody was given since this statement began, the server sees the new owner and not
-- that it is alive. The epoch tells.
free AS MATERIALIZED (
    SELECT leases.projection, leases.slot
      FROM candidates
      JOIN es.leases
        ON leases.projection = candidates.projection AND leases.slot = candidates.slot
       AND leases.epoch = candidates.epoch
     ORDER BY leases.slot
     LIMIT $5
       FOR UPDATE OF leases SKIP LOCKED
)
UPDATE es.leases
   SET owner = $3, epoch = leases.epoch + 1
  FROM free
 WHERE leases.projection = free.projection AND leases.slot = free.slot
RETURNING leases.slot, leases.epoch, leases.checkpoint, leases.effects_after;
