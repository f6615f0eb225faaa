-- Leans on tags_pkey for items with tags, and on events_pkey for the names of their events and for
-- items without tags.
--
-- One event after position $1 that matches any item of a query and does not stand at a position $2.
-- Tags:  $3 the item's number, $4 a tag that its events carry.
-- Types: $5 the item's number, $6 a name that its events may have; an item without any takes all.
--
-- The items are read as in query_page.sql.
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
)
(SELECT found.position
   FROM led
  CROSS JOIN LATERAL (
            SELECT tags.position
              FROM es.tags
             WHERE tags.tag = led.lead AND tags.position > $1::bigint
               AND tags.position <> ALL ((SELECT $2::bigint[])::bigint[])
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
  ORDER BY events.position
  LIMIT 1)
LIMIT 1;
