-- Leans on streams_category_key_key for the stream and on events_stream_version_key, read backwards,
-- for its last event.
--
-- The version and the position of the last event of the stream $1/$2.
SELECT events.version, events.position
  FROM es.events
 WHERE events.stream = (SELECT streams.id
                          FROM es.streams
                         WHERE streams.category = $1 AND streams.key = $2)
 ORDER BY events.version DESC
 LIMIT 1;
