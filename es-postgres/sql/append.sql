-- Leans on streams_category_key_key to find each stream and on events_stream_version_key, read
-- backwards, to find its last event. One probe of each per part, whatever the size of the tables.
--
-- Appends events to one or several streams, all or nothing, and answers with one row per part.
-- Parts:  $1 category, $2 key, $3 expected version (-1 any, -2 at least one event), $4 number of events.
-- Events: $5 part from 1, $6 place in the part from 1, $7 id, $8 name, $9 schema version, $10 payload, $11 metadata.
--
-- Each step reads the one before, so that they happen in this order and not in another:
-- versions, verdict, locks of the streams, names of new streams, epoch, positions, rows.
-- An array passes through a subquery, or the planner would count it and plan anew for each call.
WITH
parts AS MATERIALIZED (
    SELECT given.part, given.category, given.key, given.expected, given.events,
           hashtext(given.category || '/' || given.key) AS lock_key
      FROM unnest((SELECT $1::text[]), (SELECT $2::text[]), (SELECT $3::bigint[]), (SELECT $4::bigint[]))
           WITH ORDINALITY AS given (category, key, expected, events, part)
),
current AS MATERIALIZED (
    SELECT parts.*, stream.id AS stream, coalesce(last.version, 0) AS version, last.recorded_at
      FROM parts
      LEFT JOIN LATERAL (
               SELECT streams.id
                 FROM es.streams
                WHERE streams.category = parts.category AND streams.key = parts.key
                LIMIT 1
           ) stream ON true
      LEFT JOIN LATERAL (
               SELECT events.version, events.recorded_at
                 FROM es.events
                WHERE events.stream = stream.id
                ORDER BY events.version DESC
                LIMIT 1
           ) last ON true
),
verdict AS MATERIALIZED (
    SELECT bool_and(CASE current.expected
                         WHEN -1 THEN true
                         WHEN -2 THEN current.version > 0
                         ELSE current.version = current.expected
                    END) AS accepted,
           -- So many locks would fill the server's lock table; the unique index guards alone, and
           -- the rows go in by the order of the locks, so that two such appends do not deadlock.
           count(*) > 256 AS many
      FROM current
),
-- Tried and not waited for: whoever holds a lock is about to write, and then this statement, which
-- looked before, could only fail. The locked form waits and looks again.
locks AS MATERIALIZED (
    SELECT coalesce(bool_and(pg_try_advisory_xact_lock_shared(1163067394, 0) AND pg_try_advisory_xact_lock(1163067393, sorted.lock_key)), true) AS taken
      FROM (SELECT current.lock_key
              FROM current, verdict
             WHERE verdict.accepted AND NOT verdict.many
             ORDER BY current.lock_key) sorted
),
created AS (
    INSERT INTO es.streams (category, key)
    SELECT missing.category, missing.key
      FROM (SELECT current.category, current.key
              FROM current, verdict, locks
             WHERE verdict.accepted AND locks.taken AND current.stream IS NULL AND current.events > 0
             ORDER BY current.category COLLATE "C", current.key COLLATE "C") missing
    ON CONFLICT (category, key) DO NOTHING
    RETURNING id, category, key
),
target AS MATERIALIZED (
    SELECT current.part, current.events, current.version, current.recorded_at, current.lock_key,
           coalesce(current.stream, created.id) AS stream
      FROM current
      LEFT JOIN created ON created.category = current.category AND created.key = current.key
),
-- A name that somebody created since this statement began is there and cannot be seen.
outcome AS MATERIALIZED (
    SELECT verdict.accepted, verdict.many,
           verdict.accepted AND NOT (locks.taken AND named.complete) AS contended,
           verdict.accepted AND locks.taken AND named.complete AND named.events > 0 AS writes
      FROM verdict, locks,
           (SELECT bool_and(target.stream IS NOT NULL OR target.events = 0) AS complete,
                   sum(target.events) AS events
              FROM target) named
),
-- "All my positions will be greater": what readers of the log go by. After everything that may
-- wait, before the first position. 17747 is the namespace of the epochs.
epoch AS MATERIALIZED (
    SELECT count(pg_advisory_xact_lock_shared(
               (17747::bigint << 48) | pg_sequence_last_value('es.events_position_seq'::regclass)
           )) AS advertised,
           clock_timestamp() AS now
      FROM outcome
     WHERE outcome.writes
),
stamped AS MATERIALIZED (
    SELECT target.*, epoch.advertised > 0 AS writes,
           greatest(epoch.now, target.recorded_at) AS stamp
      FROM target, epoch
),
inserted AS (
    INSERT INTO es.events
           (position, stream, version, recorded_at, id, schema_version, name, payload, metadata)
    SELECT nextval('es.events_position_seq'::regclass), sorted.*
      FROM (SELECT stamped.stream, stamped.version + new.nth, stamped.stamp,
                   new.id, new.schema_version, new.name, new.payload::json, new.metadata::json
              FROM stamped
              JOIN unnest((SELECT $5::bigint[]), (SELECT $6::bigint[]), (SELECT $7::uuid[]),
                          (SELECT $8::text[]), (SELECT $9::integer[]),
                          (SELECT $10::text[]), (SELECT $11::text[]))
                   AS new (part, nth, id, name, schema_version, payload, metadata)
                   ON new.part = stamped.part
             CROSS JOIN outcome
             WHERE stamped.writes
             ORDER BY CASE WHEN outcome.many THEN stamped.lock_key END, new.part, new.nth) sorted
    RETURNING stream, version, position
),
positions AS MATERIALIZED (
    SELECT inserted.stream, array_agg(inserted.position ORDER BY inserted.version) AS given
      FROM inserted
     GROUP BY inserted.stream
)
SELECT outcome.accepted, outcome.contended, stamped.version AS actual, stamped.stamp AS recorded_at,
       coalesce(positions.given, '{}') AS positions
  FROM stamped
 CROSS JOIN outcome
  LEFT JOIN positions ON positions.stream = stamped.stream
 ORDER BY stamped.part;
