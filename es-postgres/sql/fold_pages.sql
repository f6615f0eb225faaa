-- Leans on streams_category_key_key for each stream and on events_stream_version_key for its events.
--
-- Of each stream $1/$2 up to $4 events that stand after version $3, with what a fold needs: loads that met.
-- Each row ends with the place of its stream among those asked for.
SELECT page.position, page.version, page.schema_version, page.name, page.payload, asked.nth
  FROM unnest((SELECT $1::text[]), (SELECT $2::text[]), (SELECT $3::bigint[]))
       WITH ORDINALITY AS asked (category, key, version, nth)
 CROSS JOIN LATERAL (
           SELECT events.position, events.version, events.schema_version, events.name, events.payload
             FROM es.events
            WHERE events.stream = (SELECT streams.id
                                     FROM es.streams
                                    WHERE streams.category = asked.category AND streams.key = asked.key)
              AND events.version > asked.version
            ORDER BY events.version ASC
            LIMIT $4
       ) page
 ORDER BY asked.nth, page.version;
