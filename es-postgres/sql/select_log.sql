-- Leans on events_pkey for a window of the log and on streams_pkey for the name of each event's stream.
--
-- Up to $4 events of any of the types $3 after position $1 and up to $2, which are a window apart: types
-- have no index, which every event would pay for, so what is rare is looked for piece by piece.
SELECT page.position, page.version, page.recorded_at, page.id, page.schema_version,
       page.name, page.payload, page.metadata, named.category, named.key
  FROM (SELECT *
          FROM es.events
         WHERE events.position > $1 AND events.position <= $2
           AND events.name = ANY ($3::text[])
         ORDER BY events.position ASC
         LIMIT $4) page
  LEFT JOIN LATERAL (SELECT streams.category, streams.key
                       FROM es.streams
                      WHERE streams.id = page.stream
                      LIMIT 1) named ON true
 ORDER BY page.position ASC;
