-- Leans on tags_pkey for items with tags, on events_pkey for the events found and for items without
-- tags, and on streams_pkey for the name of each event's stream.
--
-- Up to $2 events after position $1 that match any item of a query, each with the items it matches.
-- Tags:  $3 the item's number, $4 a tag that its events carry.
-- Types: $5 the item's number, $6 a name that its events may have; an item without any takes all.
--
-- An item with tags reads the entries of one of them and probes the others, and the event's name
-- where it asks for that. All items without tags share one scan of the log after $1: types have no
-- index, which every event would pay for.
WITH
items AS MATERIALIZED (
    SELECT item, tagged.tags, typed.types
      FROM (SELECT given.item, array_agg(given.tag) AS tags
              FROM unnest((SELECT $3::bigint[]), (SELECT $4::text[])) AS given (item, tag)
             GROUP BY given.item) tagged
      FULL JOIN (SELECT given.item, array_agg(given.type) AS types
                   FROM unnest((SELECT $5::bigint[]), (SELECT $6::text[])) AS given (item, type)
                  GROUP BY given.item) typed
     USING (item)
),
-- Of several tags the one that is sparsest from $1 on: whose 256th entry lies farthest, or is not there.
led AS MATERIALIZED (
    SELECT items.*,
           CASE WHEN cardinality(items.tags) = 1 THEN items.tags[1]
                ELSE (SELECT candidate.tag
                        FROM unnest(items.tags) AS candidate (tag)
                        LEFT JOIN LATERAL (SELECT tags.position
                                             FROM es.tags
                                            WHERE tags.tag = candidate.tag AND tags.position > $1::bigint
                                            ORDER BY tags.position
                                           OFFSET 255
                                            LIMIT 1) far ON true
                       ORDER BY far.position DESC NULLS FIRST
                       LIMIT 1)
           END AS lead
      FROM items
     WHERE items.tags IS NOT NULL
),
matches AS (
    SELECT led.item, found.position
      FROM led
     CROSS JOIN LATERAL (
               SELECT tags.position
                 FROM es.tags
                WHERE tags.tag = led.lead AND tags.position > $1::bigint
                  AND CASE WHEN cardinality(led.tags) = 1 THEN true
                           ELSE (SELECT bool_and(hit.there IS NOT NULL)
                                   FROM unnest(led.tags) AS wanted (tag)
                                   LEFT JOIN LATERAL (SELECT true AS there
                                                        FROM es.tags other
                                                       WHERE other.tag = wanted.tag
                                                         AND other.position = tags.position
                                                       LIMIT 1) hit ON true)
                      END
                  AND CASE WHEN led.types IS NULL THEN true
                           ELSE (SELECT events.name = ANY (led.types)
                                   FROM es.events
                                  WHERE events.position = tags.position)
                      END
                ORDER BY tags.position
                LIMIT $2::bigint
           ) found
     UNION ALL
    SELECT items.item, scanned.position
      FROM (SELECT events.position, events.name
              FROM es.events
             WHERE events.position > $1::bigint
               AND events.name = ANY (ARRAY(SELECT unnest(items.types) FROM items WHERE items.tags IS NULL))
             ORDER BY events.position
             LIMIT CASE WHEN EXISTS (SELECT FROM items WHERE items.tags IS NULL) THEN $2::bigint ELSE 0 END
           ) scanned
      JOIN items ON items.tags IS NULL AND scanned.name = ANY (items.types)
)
SELECT page.position, event.version, event.recorded_at, event.id, event.schema_version,
       event.name, event.payload, event.metadata, named.category, named.key, page.items
  FROM (SELECT matches.position, array_agg(matches.item ORDER BY matches.item) AS items
          FROM matches
         GROUP BY matches.position
         ORDER BY matches.position
         LIMIT $2::bigint) page
 CROSS JOIN LATERAL (SELECT *
                       FROM es.events
                      WHERE events.position = page.position
                      LIMIT 1) event
  LEFT JOIN LATERAL (SELECT streams.category, streams.key
                       FROM es.streams
                      WHERE streams.id = event.stream
                      LIMIT 1) named ON true
 ORDER BY page.position;
