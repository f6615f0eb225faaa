-- Leans on streams_category_key_key to find the stream, on events_stream_version_key, read
-- backwards, to find its last event, on events_id_key where it refuses, and on requests_0_pkey and
-- requests_1_pkey to find an answer. Adds to tags_pkey.
--
-- As append_one_tagged.sql, for events that are the answer to a request, with tags or without.
-- Stream: $1 category, $2 key, $3 expected version (-1 any, -2 at least one event).
-- Events, in order: $4 id, $5 name, $6 schema version, $7 payload, $8 metadata, $9 tags, one a line;
-- fewer entries than events, or none, where the last have none.
-- $10 How often that which appends have to have has changed, as far as the process knows.
-- Request: $11 scope, $12 id, $13 fingerprint, $14 answer.
--
-- Verdict 2 also if the request has an answer, whatever the version: the locked form finds it. What this
-- statement has looked at may be older than its locks, as in answer_request.sql.
WITH
memory AS MATERIALIZED (
    SELECT request_memory.half, request_memory.turn,
           EXISTS (SELECT
                     FROM es.requests
                    WHERE requests.request = $12::text AND requests.scope = $11::text) AS answered
      FROM es.request_memory
),
current AS MATERIALIZED (
    SELECT stream.id AS stream, coalesce(last.version, 0) AS version, last.recorded_at
      FROM (SELECT) given
      LEFT JOIN LATERAL (
               SELECT streams.id
                 FROM es.streams
                WHERE streams.category = $1::text AND streams.key = $2::text
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
    SELECT current.*, memory.half, memory.turn, memory.answered,
           CASE $3::bigint
                WHEN -1 THEN true
                WHEN -2 THEN current.version > 0
                ELSE current.version = $3::bigint
           END AS accepted
      FROM current
     CROSS JOIN memory
),
-- Tried and not waited for, as in append.sql.
locked AS MATERIALIZED (
    SELECT verdict.*,
           CASE WHEN verdict.answered OR NOT verdict.accepted THEN false
                WHEN set_config('lock_timeout', '100ms', true) IS NULL THEN false
                WHEN NOT pg_try_advisory_xact_lock(1163067397, hashtext($11::text || '/' || $12::text)) THEN false
                WHEN NOT pg_try_advisory_xact_lock_shared(1163067394, 0) THEN false
                WHEN coalesce(pg_sequence_last_value('es.request_turns'::regclass), 0) <> verdict.turn THEN false
                WHEN coalesce(pg_sequence_last_value('es.tag_changes'::regclass), 0) <> $10::bigint THEN false
                WHEN NOT (SELECT coalesce(bool_and(pg_try_advisory_xact_lock_shared(1163067395, hashtext(line.tag))), true)
                            FROM unnest((SELECT $9::text[])) AS new (tags)
                           CROSS JOIN unnest(string_to_array(new.tags, E'\n')) AS line (tag)) THEN false
                ELSE pg_try_advisory_xact_lock(1163067393, hashtext($1::text || '/' || $2::text))
           END AS taken
      FROM verdict
),
created AS (
    INSERT INTO es.streams (category, key)
    SELECT $1::text, $2::text
      FROM locked
     WHERE locked.taken AND locked.stream IS NULL
    ON CONFLICT (category, key) DO NOTHING
    RETURNING id
),
target AS MATERIALIZED (
    SELECT locked.accepted, locked.answered, locked.half, locked.taken, locked.version, locked.recorded_at,
           coalesce(locked.stream, (SELECT created.id FROM created)) AS stream
      FROM locked
),
epoch AS MATERIALIZED (
    SELECT target.stream, target.version,
           greatest(clock_timestamp(), target.recorded_at) AS stamp,
           pg_advisory_xact_lock_shared(
               (17747::bigint << 48) | pg_sequence_last_value('es.events_position_seq'::regclass)
           ) IS NOT NULL AS advertised
      FROM target
     WHERE target.taken AND target.stream IS NOT NULL
),
inserted AS (
    INSERT INTO es.events
           (position, stream, version, recorded_at, id, schema_version, name, payload, metadata)
    SELECT nextval('es.events_position_seq'::regclass), sorted.*
      FROM (SELECT epoch.stream, epoch.version + new.nth, epoch.stamp,
                   new.id, new.schema_version, new.name, new.payload::json, new.metadata::json
              FROM epoch
             CROSS JOIN unnest((SELECT $4::uuid[]), (SELECT $5::text[]), (SELECT $6::integer[]),
                               (SELECT $7::text[]), (SELECT $8::text[]))
                        WITH ORDINALITY AS new (id, name, schema_version, payload, metadata, nth)
             WHERE epoch.advertised
             ORDER BY new.nth) sorted
    RETURNING position
),
-- The positions rise in the order in which the events were given.
tagged AS (
    INSERT INTO es.tags (position, tag)
    SELECT stored.position, line.tag
      FROM unnest((SELECT array_agg(inserted.position ORDER BY inserted.position) FROM inserted),
                  (SELECT $9::text[])) AS stored (position, tags)
     CROSS JOIN unnest(string_to_array(stored.tags, E'\n')) AS line (tag)
     WHERE stored.position IS NOT NULL
),
kept AS (
    INSERT INTO es.requests (half, scope, request, fingerprint, answer, versions, answered_at)
    SELECT target.half, $11::text, $12::text, $13::bigint, $14::text::json,
           ARRAY[target.version + cardinality($4::uuid[])], clock_timestamp()
      FROM target
     WHERE target.taken AND target.stream IS NOT NULL
)
SELECT ARRAY[CASE WHEN target.stream IS NOT NULL AND target.taken THEN 0
                  WHEN target.accepted AND NOT target.answered THEN 2
                  WHEN EXISTS (SELECT
                                 FROM unnest((SELECT $4::uuid[])) AS given (id)
                                CROSS JOIN LATERAL (SELECT
                                                      FROM es.events
                                                     WHERE events.id = given.id
                                                     LIMIT 1) stored) THEN 3
                  WHEN target.answered THEN 2
                  ELSE 1
             END] AS verdicts,
       ARRAY[target.version] AS versions,
       ARRAY[(SELECT (extract(epoch FROM epoch.stamp) * 1000000)::bigint FROM epoch)] AS stamps,
       (SELECT array_agg(inserted.position ORDER BY inserted.position) FROM inserted) AS positions
  FROM target;
