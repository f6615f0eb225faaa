-- Leans on streams_category_key_key for the stream and its archives, and on events_stream_version_key
-- for their events.
--
-- Up to $7 events of the stream $1/$2 after position $3 and up to $4, and the records of the
-- transformations by which it came to be, with the position up to which was looked. If $5 is not null,
-- only those of any of these types, and records. Looks at up to $6 events. One row at least: without an
-- event in it if there is none.
WITH RECURSIVE
current AS MATERIALIZED (
    SELECT streams.id, first.version AS first, last.version AS last, last.position AS end
      FROM es.streams
     CROSS JOIN LATERAL (SELECT events.version
                           FROM es.events
                          WHERE events.stream = streams.id
                          ORDER BY events.version ASC
                          LIMIT 1) first
     CROSS JOIN LATERAL (SELECT events.version, events.position
                           FROM es.events
                          WHERE events.stream = streams.id
                          ORDER BY events.version DESC
                          LIMIT 1) last
     WHERE streams.category = $1 AND streams.key = $2
),
-- The first version after $3: positions rise with versions, which have no gaps, so it is halved. Below
-- `low` all are at or before $3, from `high` on none is.
halved AS (
    SELECT CASE WHEN current.end <= $3::bigint THEN current.last + 1 ELSE current.first END AS low,
           current.last + 1 AS high
      FROM current
     UNION ALL
    SELECT CASE WHEN middle.position <= $3::bigint THEN middle.version + 1 ELSE halved.low END,
           CASE WHEN middle.position <= $3::bigint THEN halved.high ELSE middle.version END
      FROM halved
     CROSS JOIN LATERAL (SELECT events.version, events.position
                           FROM es.events
                          WHERE events.stream = (SELECT current.id FROM current)
                            AND events.version = (halved.low + halved.high) / 2
                          LIMIT 1) middle
     WHERE halved.low < halved.high
),
begun AS MATERIALIZED (
    SELECT halved.low AS version FROM halved WHERE halved.low = halved.high
),
looked AS MATERIALIZED (
    SELECT least($4::bigint,
                 (SELECT events.position
                    FROM es.events
                   WHERE events.stream = (SELECT current.id FROM current)
                     AND events.version = (SELECT begun.version + $6::bigint - 1 FROM begun)
                     AND events.version < (SELECT current.last FROM current))) AS through
),
-- From the first version of a stream to the archive that ends before it, and on from there; no further
-- than to what was recorded up to $3.
archives AS (
    SELECT NULL::bigint AS id, current.first, NULL::bigint AS record FROM current
     UNION ALL
    SELECT older.id, first.version, archives.first - 1
      FROM archives
     CROSS JOIN LATERAL (SELECT streams.id
                           FROM es.streams
                          WHERE streams.category = $1 || '~' || (archives.first - 1) AND streams.key = $2
                          LIMIT 1) older
     CROSS JOIN LATERAL (SELECT events.position
                           FROM es.events
                          WHERE events.stream = older.id AND events.version = archives.first - 1
                          LIMIT 1) record
     CROSS JOIN LATERAL (SELECT events.version
                           FROM es.events
                          WHERE events.stream = older.id
                          ORDER BY events.version ASC
                          LIMIT 1) first
     WHERE record.position > $3::bigint
)
SELECT page.position, page.version, page.recorded_at, page.id, page.schema_version,
       page.name, page.payload, page.metadata, page.category, $2 AS key, looked.through
  FROM looked
  LEFT JOIN LATERAL (
           SELECT *
             FROM ((SELECT events.*, $1 AS category
                      FROM es.events
                     WHERE events.stream = (SELECT current.id FROM current)
                       AND events.version >= (SELECT begun.version FROM begun)
                       AND events.version < (SELECT begun.version + $6::bigint FROM begun)
                       AND events.position <= $4::bigint
                       AND ($5::text[] IS NULL OR events.name = ANY ($5::text[]))
                     ORDER BY events.version ASC
                     LIMIT $7)
                    UNION ALL
                   SELECT record.*, $1 || '~' || archives.record AS category
                     FROM archives
                    CROSS JOIN LATERAL (SELECT *
                                          FROM es.events
                                         WHERE events.stream = archives.id
                                           AND events.version = archives.record
                                           AND events.position <= $4::bigint
                                         LIMIT 1) record) both_kinds
            ORDER BY both_kinds.position ASC
            LIMIT $7) page ON true
 ORDER BY page.position ASC;
