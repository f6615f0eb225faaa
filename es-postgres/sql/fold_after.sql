-- Leans on streams_category_key_key for the stream and on events_stream_version_key for its events.
--
-- Up to $4 events of the stream $1/$2 that stand after version $3, with what a fold needs.
SELECT events.position, events.version, events.schema_version, events.name, events.payload
  FROM es.events
 WHERE events.stream = (SELECT streams.id
                          FROM es.streams
                         WHERE streams.category = $1 AND streams.key = $2)
   AND events.version > $3
 ORDER BY events.version ASC
 LIMIT $4;
