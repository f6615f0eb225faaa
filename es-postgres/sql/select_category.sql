-- Leans on events_pkey for a window of the log and on streams_pkey for the name of each event's stream.
--
-- Up to $5 events of streams of the category $3 and of their archives, after position $1 and up to $2,
-- which are a window apart. If $4 is not null, only those of any of these types.
-- The name is looked up per event, or the planner might read all names.
SELECT events.position, events.version, events.recorded_at, events.id, events.schema_version,
       events.name, events.payload, events.metadata, named.category, named.key
  FROM es.events
 CROSS JOIN LATERAL (SELECT streams.category, streams.key
                       FROM es.streams
                      WHERE streams.id = events.stream
                      LIMIT 1) named
 WHERE events.position > $1 AND events.position <= $2
   AND ($4::text[] IS NULL OR events.name = ANY ($4::text[]))
   AND (named.category = $3::text OR starts_with(named.category, $3::text || '~'))
 ORDER BY events.position ASC
 LIMIT $5;
