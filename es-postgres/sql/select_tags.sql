-- Leans on tags_pkey for entries of the sparsest tag and for probes of the others, on events_pkey for the
-- events found, and on streams_pkey for the name of each one's stream.
--
-- Up to $6 events that carry all tags $3, after position $1 and up to $2, with the position up to which
-- was looked. If $4 is not null, only those of any of these types. Looks at up to $5 entries. One row at
-- least: without an event in it if there is none.
--
-- Limits pass through a subquery, or the planner would compare them with how often a tag is there on
-- average, and read all of a hot one to sort it.
WITH
-- The sparsest tag from $1 on comes first: its 256th entry lies farthest, or is not there.
led AS MATERIALIZED (
    SELECT CASE WHEN cardinality($3::text[]) = 1 THEN $3::text[]
                ELSE (SELECT array_agg(candidate.tag ORDER BY far.position DESC NULLS FIRST)
                        FROM unnest($3::text[]) AS candidate (tag)
                        LEFT JOIN LATERAL (SELECT tags.position
                                             FROM es.tags
                                            WHERE tags.tag = candidate.tag AND tags.position > $1::bigint
                                            ORDER BY tags.position
                                           OFFSET (SELECT 255)
                                            LIMIT 1) far ON true)
           END AS tags
),
looked AS MATERIALIZED (
    SELECT tags.position
      FROM es.tags
     WHERE tags.tag = (SELECT led.tags[1] FROM led)
       AND tags.position > $1::bigint AND tags.position <= $2::bigint
     ORDER BY tags.position
     LIMIT (SELECT $5::bigint)
),
found AS (
    SELECT looked.position
      FROM looked
     CROSS JOIN led
     WHERE (cardinality(led.tags) < 2
            OR (SELECT count(*)
                  FROM es.tags other
                 WHERE other.tag = ANY (led.tags[2:]) AND other.position = looked.position)
               = cardinality(led.tags) - 1)
       AND ($4::text[] IS NULL
            OR (SELECT events.name = ANY ($4::text[])
                  FROM es.events
                 WHERE events.position = looked.position))
     ORDER BY looked.position
     LIMIT (SELECT $6::bigint)
)
SELECT page.position, page.version, page.recorded_at, page.id, page.schema_version,
       page.name, page.payload, page.metadata, page.category, page.key, until.through
  FROM (SELECT CASE WHEN count(*) = $5::bigint THEN max(looked.position) ELSE $2::bigint END AS through
          FROM looked) until
  LEFT JOIN LATERAL (
           SELECT event.*, named.category, named.key
             FROM found
            CROSS JOIN LATERAL (SELECT *
                                  FROM es.events
                                 WHERE events.position = found.position
                                 LIMIT 1) event
             LEFT JOIN LATERAL (SELECT streams.category, streams.key
                                  FROM es.streams
                                 WHERE streams.id = event.stream
                                 LIMIT 1) named ON true) page ON true
 ORDER BY page.position;
