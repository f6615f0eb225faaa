-- Leans on tags_pkey for items with tags, on events_pkey for the events found and for the scan, and on
-- streams_pkey for the name of each event's stream.
--
-- As query_page.sql, for queries of which an item has types and no tags. All of these share one scan
-- of the log after $1 and leave out what is in an archive, which has no tags either: types have no
-- index, which every event would pay for. A text of its own, since its plan depends on how much of the
-- log lies there.
WITH
items AS MATERIALIZED (
    SELECT item, tagged.tags, typed.types
      FROM (SELECT given.item, array_agg(DISTINCT given.tag) AS tags
              FROM unnest((SELECT $3::bigint[]), (SELECT $4::text[])) AS given (item, tag)
             GROUP BY given.item) tagged
      FULL JOIN (SELECT given.item, array_agg(given.type) AS types
                   FROM unnest((SELECT $5::bigint[]), (SELECT $6::text[])) AS given (item, type)
                  GROUP BY given.item) typed
     USING (item)
),
-- The sparsest tag from $1 on comes first: its 256th entry lies farthest, or is not there.
led AS MATERIALIZED (
    SELECT items.item, items.types,
           CASE WHEN cardinality(items.tags) = 1 THEN items.tags
                ELSE (SELECT array_agg(candidate.tag ORDER BY far.position DESC NULLS FIRST)
                        FROM unnest(items.tags) AS candidate (tag)
                        LEFT JOIN LATERAL (SELECT tags.position
                                             FROM es.tags
                                            WHERE tags.tag = candidate.tag AND tags.position > $1::bigint
                                            ORDER BY tags.position
                                           OFFSET (SELECT 255)
                                            LIMIT 1) far ON true)
           END AS tags
      FROM items
     WHERE items.tags IS NOT NULL
),
matches AS (
    SELECT led.item, found.position
      FROM led
     CROSS JOIN LATERAL (
               SELECT tags.position
                 FROM es.tags
                WHERE tags.tag = led.tags[1] AND tags.position > $1::bigint
                  AND (cardinality(led.tags) < 2
                       OR (SELECT true
                             FROM es.tags other
                            WHERE other.tag = led.tags[2] AND other.position = tags.position))
                  AND (cardinality(led.tags) < 3
                       OR (SELECT count(*)
                             FROM es.tags other
                            WHERE other.tag = ANY (led.tags[3:]) AND other.position = tags.position)
                          = cardinality(led.tags) - 2)
                  AND (led.types IS NULL
                       OR (SELECT events.name = ANY (led.types)
                             FROM es.events
                            WHERE events.position = tags.position))
                ORDER BY tags.position
                LIMIT (SELECT $2::bigint)
           ) found
     UNION ALL
    SELECT items.item, scanned.position
      FROM (SELECT events.position, events.name
              FROM es.events
             WHERE events.position > $1::bigint
               AND events.name = ANY (ARRAY(SELECT unnest(items.types) FROM items WHERE items.tags IS NULL))
               AND events.stream NOT IN (SELECT archives.stream FROM es.archives)
             ORDER BY events.position
             LIMIT $2::bigint
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
