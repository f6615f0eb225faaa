-- Leans on streams_category_key_key for each stream and on events_stream_version_key, read
-- backwards, for its last event.
--
-- How many events each of the streams $1 category, $2 key has, and what time it is.
SELECT coalesce(last.version, 0) AS version, clock_timestamp() AS now
  FROM unnest((SELECT $1::text[]), (SELECT $2::text[])) WITH ORDINALITY AS given (category, key, nth)
  LEFT JOIN LATERAL (
           SELECT streams.id
             FROM es.streams
            WHERE streams.category = given.category AND streams.key = given.key
            LIMIT 1
       ) stream ON true
  LEFT JOIN LATERAL (
           SELECT events.version
             FROM es.events
            WHERE events.stream = stream.id
            ORDER BY events.version DESC
            LIMIT 1
       ) last ON true
 ORDER BY given.nth;
