-- Leans on streams_category_key_key to find the stream, on events_stream_version_key, read
-- backwards, to find its last event, and on events_id_key where it refuses.
--
-- As append.sql, for the append that goes out by itself and has one stream: a third of the plan,
-- twice the speed.
-- Stream: $1 category, $2 key, $3 expected version (-1 any, -2 at least one event).
-- Events, in order: $4 id, $5 name, $6 schema version, $7 payload, $8 metadata.
-- $9 How often that which appends have to have has changed, as far as the process knows.
--
-- Each step reads the one before: version, verdict, locks, name of a new stream, epoch, positions,
-- rows. The ids are looked up only where the versions say no; where they say yes, events_id_key does.
WITH
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
    SELECT current.*,
           CASE $3::bigint
                WHEN -1 THEN true
                WHEN -2 THEN current.version > 0
                ELSE current.version = $3::bigint
           END AS accepted
      FROM current
),
-- Tried and not waited for, as in append.sql.
locked AS MATERIALIZED (
    SELECT verdict.*,
           CASE WHEN NOT verdict.accepted THEN false
                WHEN set_config('lock_timeout', '100ms', true) IS NULL THEN false
                WHEN NOT pg_try_advisory_xact_lock_shared(1163067394, 0) THEN false
                WHEN coalesce(pg_sequence_last_value('es.tag_changes'::regclass), 0) <> $9::bigint THEN false
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
    SELECT locked.accepted, locked.taken, locked.version, locked.recorded_at,
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
)
SELECT ARRAY[CASE WHEN target.stream IS NOT NULL AND target.taken THEN 0
                  WHEN target.accepted THEN 2
                  WHEN EXISTS (SELECT
                                 FROM unnest((SELECT $4::uuid[])) AS given (id)
                                CROSS JOIN LATERAL (SELECT
                                                      FROM es.events
                                                     WHERE events.id = given.id
                                                     LIMIT 1) stored) THEN 3
                  ELSE 1
             END] AS verdicts,
       ARRAY[target.version] AS versions,
       ARRAY[(SELECT (extract(epoch FROM epoch.stamp) * 1000000)::bigint FROM epoch)] AS stamps,
       (SELECT array_agg(inserted.position ORDER BY inserted.position) FROM inserted) AS positions
  FROM target;
