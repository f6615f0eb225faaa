-- Leans on streams_category_key_key to find the stream and on events_stream_version_key, read
-- backwards, to find its last event.
--
-- As append_one.sql, for one event without tags that follows a version above 0: half of its cost. Stores the
-- event and answers with its place, or answers with no row, and append_one.sql says why.
-- Stream: $1 category, $2 key, $3 expected version. Event: $4 id, $5 name, $6 schema version, $7 payload,
-- $8 metadata. $9 How often that which appends have to have has changed, as far as the process knows.
--
-- The order: version, locks, epoch, and then the position of the row that is left. The limit keeps the
-- condition above the look for the last event.
INSERT INTO es.events
       (position, stream, version, recorded_at, id, schema_version, name, payload, metadata)
SELECT nextval('es.events_position_seq'::regclass), last.stream, last.version + 1,
       greatest(clock_timestamp(), last.recorded_at),
       $4::uuid, $6::integer, $5::text, $7::text::json, $8::text::json
  FROM (SELECT events.stream, events.version, events.recorded_at
          FROM es.events
         WHERE events.stream = (SELECT streams.id
                                  FROM es.streams
                                 WHERE streams.category = $1::text AND streams.key = $2::text)
         ORDER BY events.version DESC
         LIMIT 1) last
 WHERE CASE WHEN last.version <> $3::bigint THEN false
            WHEN set_config('lock_timeout', '100ms', true) IS NULL THEN false
            WHEN NOT pg_try_advisory_xact_lock_shared(1163067394, 0) THEN false
            WHEN coalesce(pg_sequence_last_value('es.tag_changes'::regclass), 0) <> $9::bigint THEN false
            -- Tried and not waited for, as in append.sql.
            WHEN NOT pg_try_advisory_xact_lock(1163067393, hashtext($1::text || '/' || $2::text)) THEN false
            ELSE pg_advisory_xact_lock_shared(
                     (17747::bigint << 48) | pg_sequence_last_value('es.events_position_seq'::regclass)
                 ) IS NOT NULL
       END
RETURNING position, (extract(epoch FROM recorded_at) * 1000000)::bigint, id;
