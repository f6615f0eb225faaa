-- Leans on streams_category_key_key for the stream, on snapshots_pkey, read backwards, for its
-- snapshots, and on events_stream_version_key for the event that a snapshot ends with and for those
-- after it.
--
-- The newest snapshot of the stream $1/$2 with the shape $3 and at most the version $4, and up to $5
-- events after it, or from the first one. In one statement: what it finds is of one moment.
-- The snapshot is the row with a verdict: 1 if it will do, else 2 for another shape and 3 for another
-- history. It has the version 0 where it will not do, and so comes first in either case.
WITH
stream AS MATERIALIZED (
    SELECT streams.id
      FROM es.streams
     WHERE streams.category = $1 AND streams.key = $2
),
kept AS MATERIALIZED (
    SELECT snapshots.version, snapshots.position, snapshots.state,
           CASE WHEN snapshots.shape <> $3 THEN 2::smallint
                WHEN EXISTS (SELECT
                               FROM es.events
                              WHERE events.stream = snapshots.stream
                                AND events.version = snapshots.version
                                AND events.position = snapshots.position
                                AND events.id = snapshots.event) THEN 1::smallint
                ELSE 3::smallint
           END AS verdict
      FROM es.snapshots
     WHERE snapshots.stream = (SELECT stream.id FROM stream)
       AND snapshots.version <= $4
     ORDER BY snapshots.version DESC
),
found AS MATERIALIZED (
    SELECT CASE kept.verdict WHEN 1 THEN kept.version ELSE 0 END AS version,
           kept.position,
           CASE kept.verdict WHEN 1 THEN kept.state END AS state,
           kept.verdict
      FROM kept
     ORDER BY kept.verdict = 1 DESC, kept.version DESC
     LIMIT 1
)
SELECT found.position, found.version, NULL::timestamptz AS recorded_at, NULL::uuid AS id,
       NULL::integer AS schema_version, NULL::text AS name, found.state AS payload,
       NULL::json AS metadata, found.verdict
  FROM found
 UNION ALL
SELECT tail.*, NULL::smallint
  FROM (SELECT events.position, events.version, events.recorded_at, events.id,
               events.schema_version, events.name, events.payload, events.metadata
          FROM es.events
         WHERE events.stream = (SELECT stream.id FROM stream)
           AND events.version > coalesce((SELECT found.version FROM found), 0)
         ORDER BY events.version ASC
         LIMIT $5) tail
 ORDER BY version ASC;
