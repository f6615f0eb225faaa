-- Leans on streams_category_key_key to find each stream and on events_stream_version_key, read
-- backwards, to find its last event. One probe of each per event, whatever the size of the tables.
--
-- As append_next_each.sql, for appends that have an event for each of several streams: all of its events are
-- among the rows, or none.
-- $1 category, $2 key, $3 expected version, $4 id, $5 name, $6 schema version, $7 payload, $8 metadata,
-- $10 number of the append, an entry for each event. $9 How often that which appends have to have has
-- changed, as far as the process knows.
--
-- Row by row: version and lock. Then the appends that have all of theirs: the epoch, which is below all
-- positions of the statement, and the positions. OFFSET 0 keeps the window above the locks, and the locks
-- above the look for the last events. An array passes through a subquery, or the planner would count it and
-- plan anew for each call.
INSERT INTO es.events
       (position, stream, version, recorded_at, id, schema_version, name, payload, metadata)
SELECT nextval('es.events_position_seq'::regclass), whole.stream, whole.version + 1,
       greatest((SELECT clock_timestamp()), whole.recorded_at),
       whole.id, whole.schema_version, whole.name, whole.payload::json, whole.metadata::json
  FROM (SELECT tried.*,
               bool_and(tried.taken) OVER (PARTITION BY tried.append ORDER BY tried.nth
                                           RANGE BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS complete
          FROM (SELECT next.*,
                       CASE WHEN next.version IS DISTINCT FROM next.expected THEN false
                            WHEN NOT (SELECT CASE WHEN set_config('lock_timeout', '100ms', true) IS NULL THEN false
                                                  WHEN NOT pg_try_advisory_xact_lock_shared(1163067394, 0) THEN false
                                                  ELSE coalesce(pg_sequence_last_value('es.tag_changes'::regclass), 0)
                                                       = $9::bigint
                                             END) THEN false
                            ELSE pg_try_advisory_xact_lock(1163067393, hashtext(next.category || '/' || next.key))
                       END AS taken
                  FROM (SELECT given.*, last.stream, last.version, last.recorded_at
                          FROM unnest((SELECT $1::text[]), (SELECT $2::text[]), (SELECT $3::bigint[]),
                                      (SELECT $4::uuid[]), (SELECT $5::text[]), (SELECT $6::integer[]),
                                      (SELECT $7::text[]), (SELECT $8::text[]), (SELECT $10::bigint[]))
                               WITH ORDINALITY
                               AS given (category, key, expected, id, name, schema_version, payload, metadata,
                                         append, nth)
                          LEFT JOIN LATERAL (
                                   SELECT events.stream, events.version, events.recorded_at
                                     FROM es.events
                                    WHERE events.stream = (SELECT streams.id
                                                             FROM es.streams
                                                            WHERE streams.category = given.category
                                                              AND streams.key = given.key)
                                    ORDER BY events.version DESC
                                    LIMIT 1
                               ) last ON true
                         ORDER BY given.nth
                        OFFSET 0) next
                OFFSET 0) tried) whole
 WHERE CASE WHEN NOT whole.complete THEN false
            ELSE (SELECT pg_advisory_xact_lock_shared(
                             (17747::bigint << 48) | pg_sequence_last_value('es.events_position_seq'::regclass)
                         ) IS NOT NULL)
       END
RETURNING position, (extract(epoch FROM recorded_at) * 1000000)::bigint, id;
