-- Leans on tags_pkey for each item, on events_pkey for the events found, and on streams_pkey for the
-- name of each one's stream.
--
-- Up to $2 events after position $1 that match any item of a query, each with the items it matches.
-- Tags:  $3 the item's number, $4 a tag that its events carry; each item has one.
-- Types: $5 the item's number, $6 a name that its events may have; an item without any takes all.
--
-- An item reads the entries of its sparsest tag and probes the others, and the event's name where it
-- asks for that. Limits pass through a subquery, or the planner would compare them with how often a
-- tag is there on average, and read all of a hot one to sort it.
WITH
items AS MATERIALIZED (
    SELECT item, tagged.tags, typed.types
      FROM (SELECT given.item, array_agg(DISTINCT given.tag) AS tags
              FROM unnest((SELECT $3::bigint[]), (SELECT $4::text[])) AS given (item, tag)
             GROUP BY given.item) tagged
      LEFT JOIN (SELECT given.item, array_agg(given.type) AS types
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
