-- Leans on projections_name_version_key for the version, on projection_nodes_pkey for its nodes, on
-- leases_pkey for its slots and on parked_due_idx for what is due.
--
-- The node $3 of version $2 of the projection $1 is alive for $4 more microseconds, handles $5 events
-- a second and has the error $6; in hand it has the event at position $7 with the name $8, of the stream $9,
-- since $10, in microseconds since 1970. It has met $11 kinds of events that it cannot read. One row is
-- written: the slots of a node that is alive are its own.
WITH known AS MATERIALIZED (
    SELECT projections.id, projections.state, projections.stopped IS NOT NULL AS is_stopped,
           projections.incarnation, projections.log_end
      FROM es.projections
     WHERE projections.name = $1 AND projections.version = $2
),
alive AS (
    INSERT INTO es.projection_nodes AS nodes
           (projection, node, alive_until, rate, error, hand_position, hand_event, hand_stream,
            hand_micros, unreadable)
    SELECT known.id, $3, statement_timestamp() + $4 * interval '1 microsecond', $5, $6, $7, $8, $9, $10, $11
      FROM known
    ON CONFLICT (projection, node) DO UPDATE
       SET alive_until = excluded.alive_until, rate = excluded.rate, error = excluded.error,
           hand_position = excluded.hand_position, hand_event = excluded.hand_event,
           hand_stream = excluded.hand_stream, hand_micros = excluded.hand_micros,
           unreadable = excluded.unreadable
),
others AS MATERIALIZED (
    SELECT nodes.node, nodes.unreadable
      FROM known
      JOIN es.projection_nodes nodes ON nodes.projection = known.id
     WHERE nodes.alive_until > statement_timestamp() AND nodes.node <> $3
),
-- Those that can read the most share the slots.
best AS MATERIALIZED (
    SELECT least($11, min(others.unreadable)) AS unreadable FROM others
),
slots AS MATERIALIZED (
    SELECT leases.slot, leases.epoch, leases.owner
      FROM known
      JOIN es.leases ON leases.projection = known.id
)
SELECT known.state, known.is_stopped, known.incarnation,
       (SELECT count(*) FROM others) + 1 AS nodes,
       (SELECT count(*)
          FROM others, best
         WHERE others.node < $3 AND others.unreadable = best.unreadable) AS rank,
       (SELECT array_agg(slots.slot ORDER BY slots.slot) FROM slots WHERE slots.owner = $3) AS held,
       (SELECT array_agg(slots.epoch ORDER BY slots.slot) FROM slots WHERE slots.owner = $3) AS epochs,
       (SELECT count(*)
          FROM slots
         WHERE slots.owner IS NULL
            OR slots.owner <> $3 AND slots.owner NOT IN (SELECT others.node FROM others)) AS free,
       EXISTS (SELECT
                 FROM slots
                CROSS JOIN LATERAL (SELECT
                                      FROM es.parked
                                     WHERE parked.projection = known.id AND parked.slot = slots.slot
                                       AND parked.is_first AND parked.due <= statement_timestamp()
                                     LIMIT 1) due
                WHERE slots.owner = $3) AS is_due,
       known.log_end,
       (SELECT count(*) FROM others, best WHERE others.unreadable = best.unreadable)
           + (SELECT CASE WHEN $11 = best.unreadable THEN 1 ELSE 0 END FROM best) AS sharing,
       (SELECT $11 > best.unreadable FROM best) AS is_left_behind
  FROM known;
