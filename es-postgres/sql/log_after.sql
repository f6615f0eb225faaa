-- Leans on events_pkey for the events and on streams_pkey for the name of each one's stream.
--
-- Up to $3 events after position $1, none beyond the safe position $2.
-- The name is looked up per event and outside the limit, or the planner might read all names.
SELECT page.position, page.version, page.recorded_at, page.id, page.schema_version,
       page.name, page.payload, page.metadata, named.category, named.key
  FROM (SELECT *
          FROM es.events
         WHERE events.position > $1 AND events.position <= $2
         ORDER BY events.position ASC
         LIMIT $3) page
  LEFT JOIN LATERAL (SELECT streams.category, streams.key
                       FROM es.streams
                      WHERE streams.id = page.stream
                      LIMIT 1) named ON true
 ORDER BY page.position ASC;
