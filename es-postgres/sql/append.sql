-- Leans on streams_category_key_key to find each stream, on events_stream_version_key, read
-- backwards, to find its last event, and on events_id_key to find ids that are stored. One probe of
-- each per part or event, whatever the size of the tables. Adds to tags_pkey for events with tags.
--
-- Appends events to many streams and answers with one row of arrays.
-- Parts:  $1 category, $2 key, $3 expected version (-1 any, -2 at least one event), $4 number of
--         events; each stream once.
-- Events, in the order of their positions: $5 part from 1, $6 place in the part from 1, $7 id,
--         $8 name, $9 schema version, $10 payload, $11 metadata.
-- $12 The number of the append of each part. An append is stored whole or not at all, and none harms another.
--     No entries where all parts are one append.
-- $13 lock_streams.sql ran before in this transaction, which may wait; otherwise nothing is waited
--     for that somebody else's transaction could hold.
-- $14 The instant at which the append was stored, if earlier statements of this transaction stored
--     the beginning of it; otherwise null.
-- $15 The tags of each event, one a line; fewer entries than events, or none, where the last have none.
-- Imported events bring their own instants: $16 the first and $17 the last of each part, $18 that of each
-- event; fewer entries, or none, where the last have none. Within a part they never go back.
-- $19 How often that which appends have to have has changed, as far as the process knows. Not looked at
--     where $13 is true.
-- Verdicts: 0 stored, 1 another version, 2 somebody else is at the stream or rests on a tag, 3 an id
-- is stored already, 4 the first instant is before that of the last event of the stream, 5 the last
-- instant is yet to come.
-- Of an append of several parts every verdict must be 0; any other stands for all.
--
-- Each step reads the one before, so that they happen in this order and not in another:
-- versions and ids, verdict, locks of streams and tags, names of new streams, epoch, positions, rows.
-- An array passes through a subquery, or the planner would count it and plan anew for each call.
-- The parts meet their events through arrays: a join would be planned for ten rows and run for
-- thousands.
WITH
parts AS MATERIALIZED (
    SELECT given.part, given.category, given.key, given.expected, given.events,
           given.first_at, given.last_at, given.append,
           hashtext(given.category || '/' || given.key) AS lock_key
      FROM unnest((SELECT $1::text[]), (SELECT $2::text[]), (SELECT $3::bigint[]), (SELECT $4::bigint[]),
                  (SELECT $16::timestamptz[]), (SELECT $17::timestamptz[]), (SELECT $12::bigint[]))
           WITH ORDINALITY AS given (category, key, expected, events, first_at, last_at, append, part)
),
known AS MATERIALIZED (
    SELECT coalesce(array_agg(DISTINCT given.part), '{}') AS parts
      FROM unnest((SELECT $5::bigint[]), (SELECT $7::uuid[])) AS given (part, id)
     CROSS JOIN LATERAL (SELECT FROM es.events WHERE events.id = given.id LIMIT 1) stored
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
    SELECT current.*,
           CASE WHEN current.part = ANY (known.parts) THEN 3
                WHEN CASE current.expected
                          WHEN -1 THEN true
                          WHEN -2 THEN current.version > 0
                          ELSE current.version = current.expected
                     END THEN CASE WHEN current.first_at < current.recorded_at THEN 4
                                   WHEN current.last_at > clock_timestamp() THEN 5
                                   ELSE 0
                              END
                ELSE 1
           END AS verdict
      FROM current
     CROSS JOIN known
),
-- Whoever has the gate for itself is alone with the store. The time limit is for what no lock
-- announces: an id on its way into another stream, a stream of an append too large to lock each.
gate AS MATERIALIZED (
    SELECT CASE WHEN $13::boolean THEN true
                WHEN set_config('lock_timeout', '100ms', true) IS NULL THEN false
                WHEN NOT pg_try_advisory_xact_lock_shared(1163067394, 0) THEN false
                ELSE coalesce(pg_sequence_last_value('es.tag_changes'::regclass), 0) = $19::bigint
           END AS passed
),
-- Whoever writes a tag keeps those out who rest on there being no more of it, and nobody else.
reserved AS MATERIALIZED (
    SELECT coalesce(array_agg(DISTINCT tried.part) FILTER (WHERE NOT tried.taken), '{}') AS parts
      FROM (SELECT new.part, pg_try_advisory_xact_lock_shared(1163067395, hashtext(line.tag)) AS taken
              FROM unnest((SELECT $5::bigint[]), (SELECT $15::text[])) AS new (part, tags)
             CROSS JOIN unnest(string_to_array(new.tags, E'\n')) AS line (tag)
             WHERE NOT $13::boolean AND cardinality($15::text[]) > 0) tried
),
-- Tried and not waited for: whoever holds a lock is about to write, and then this statement, which
-- looked before, could only fail. The locked form waits and looks again.
locks AS MATERIALIZED (
    SELECT verdict.*,
           CASE WHEN verdict.verdict <> 0 OR NOT gate.passed THEN false
                WHEN $13::boolean THEN true
                WHEN verdict.part = ANY (reserved.parts) THEN false
                ELSE pg_try_advisory_xact_lock(1163067393, verdict.lock_key)
           END AS taken
      FROM verdict
     CROSS JOIN gate
     CROSS JOIN reserved
),
free AS MATERIALIZED (
    SELECT locks.*, bool_and(locks.taken) OVER (PARTITION BY locks.append) AS free
      FROM locks
),
created AS (
    INSERT INTO es.streams (category, key)
    SELECT missing.category, missing.key
      FROM (SELECT free.category, free.key
              FROM free
             WHERE free.free AND free.stream IS NULL AND free.events > 0
             ORDER BY free.category COLLATE "C", free.key COLLATE "C") missing
    ON CONFLICT (category, key) DO NOTHING
    RETURNING id, category, key
),
-- A name that somebody created since this statement began is there and cannot be seen.
named AS MATERIALIZED (
    SELECT free.append, free.part, free.events, free.version, free.recorded_at, free.last_at, free.verdict,
           coalesce(free.stream, created.id) AS stream,
           free.free AND (free.stream IS NOT NULL OR created.id IS NOT NULL OR free.events = 0) AS complete
      FROM free
      LEFT JOIN created ON created.category = free.category AND created.key = free.key
),
outcome AS MATERIALIZED (
    SELECT named.*, bool_and(named.complete) OVER (PARTITION BY named.append) AS stored
      FROM named
),
-- "All my positions will be greater": what readers of the log go by. After everything that may
-- wait, before the first position. 17747 is the namespace of the epochs.
epoch AS MATERIALIZED (
    SELECT count(pg_advisory_xact_lock_shared(
               (17747::bigint << 48) | pg_sequence_last_value('es.events_position_seq'::regclass)
           )) AS advertised,
           coalesce($14::timestamptz, clock_timestamp()) AS now
      FROM (SELECT FROM outcome WHERE outcome.stored AND outcome.events > 0 AND $14::timestamptz IS NULL LIMIT 1) writer
),
answer AS MATERIALIZED (
    SELECT array_agg(CASE WHEN outcome.verdict <> 0 THEN outcome.verdict
                          WHEN outcome.stored THEN 0
                          ELSE 2
                     END ORDER BY outcome.part) AS verdicts,
           array_agg(CASE WHEN outcome.stored THEN coalesce(outcome.stream, 0) ELSE 0 END
                     ORDER BY outcome.part) AS streams,
           array_agg(outcome.version ORDER BY outcome.part) AS versions,
           array_agg(CASE outcome.verdict
                          WHEN 4 THEN outcome.recorded_at
                          ELSE coalesce(outcome.last_at, greatest(epoch.now, outcome.recorded_at))
                     END ORDER BY outcome.part) AS stamps
      FROM outcome
     CROSS JOIN epoch
),
inserted AS (
    INSERT INTO es.events
           (position, stream, version, recorded_at, id, schema_version, name, payload, metadata)
    SELECT nextval('es.events_position_seq'::regclass), sorted.*
      FROM (SELECT answer.streams[new.part], answer.versions[new.part] + new.place,
                   coalesce(new.at, answer.stamps[new.part]),
                   new.id, new.schema_version, new.name, new.payload::json, new.metadata::json
              FROM answer
             CROSS JOIN unnest((SELECT $5::bigint[]), (SELECT $6::bigint[]), (SELECT $7::uuid[]),
                               (SELECT $8::text[]), (SELECT $9::integer[]),
                               (SELECT $10::text[]), (SELECT $11::text[]),
                               (SELECT $18::timestamptz[]))
                        WITH ORDINALITY
                        AS new (part, place, id, name, schema_version, payload, metadata, at, nth)
             WHERE answer.streams[new.part] > 0
             ORDER BY new.nth) sorted
    RETURNING position
),
-- The positions rise in the order in which the stored events were given.
tagged AS (
    INSERT INTO es.tags (position, tag)
    SELECT stored.position, line.tag
      FROM unnest((SELECT array_agg(inserted.position ORDER BY inserted.position) FROM inserted),
                  (SELECT array_agg(new.tags ORDER BY new.nth)
                     FROM answer
                    CROSS JOIN unnest((SELECT $5::bigint[]), (SELECT $15::text[]))
                               WITH ORDINALITY AS new (part, tags, nth)
                    WHERE answer.streams[new.part] > 0)) AS stored (position, tags)
     CROSS JOIN unnest(string_to_array(stored.tags, E'\n')) AS line (tag)
     WHERE cardinality($15::text[]) > 0
)
SELECT answer.verdicts, answer.versions,
       ARRAY(SELECT (extract(epoch FROM stamp) * 1000000)::bigint FROM unnest(answer.stamps) AS stamp)
           AS stamps,
       (SELECT array_agg(inserted.position ORDER BY inserted.position) FROM inserted) AS positions
  FROM answer;
