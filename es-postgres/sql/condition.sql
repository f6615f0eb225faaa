-- Leans on tags_pkey for items with tags, and on events_pkey for the names of their events and for
-- items without tags.
--
-- One event after position $1 that matches any item of a query and does not stand at a position $2.
-- Tags:  $3 the item's number, $4 a tag that its events carry.
-- Types: $5 the item's number, $6 a name that its events may have; an item without any takes all.
--
-- The items are read as in query_page.sql. What is in an archive does not count.
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
)
(SELECT found.position
   FROM led
  CROSS JOIN LATERAL (
            SELECT tags.position
              FROM es.tags
             WHERE tags.tag = led.tags[1] AND tags.position > $1::bigint
               AND tags.position <> ALL ((SELECT $2::bigint[])::bigint[])
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
             LIMIT 1
        ) found
  LIMIT 1)
UNION ALL
(SELECT events.position
   FROM es.events
  WHERE EXISTS (SELECT FROM items WHERE items.tags IS NULL)
    AND events.position > $1::bigint
    AND events.position <> ALL ((SELECT $2::bigint[])::bigint[])
    AND events.name = ANY (ARRAY(SELECT unnest(items.types) FROM items WHERE items.tags IS NULL))
    AND events.stream NOT IN (SELECT archives.stream FROM es.archives)
  ORDER BY events.position
  LIMIT 1)
LIMIT 1;
