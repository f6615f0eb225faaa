-- Leans on streams_category_key_key for the stream, on snapshots_pkey for its snapshots and on
-- events_stream_version_key for the event that the snapshot ends with.
--
-- Keeps a snapshot of the stream $1/$2: $3 shape, $4 version, $5 position, $6 state. Of all snapshots
-- of the stream, this one among them, the $7 newest stay.
--
-- A row that another writer holds is left to that one, so two of them never wait crosswise.
WITH
stream AS MATERIALIZED (
    SELECT streams.id
      FROM es.streams
     WHERE streams.category = $1 AND streams.key = $2
),
newest AS MATERIALIZED (
    SELECT known.version, known.shape
      FROM (SELECT snapshots.version, snapshots.shape
              FROM es.snapshots
             WHERE snapshots.stream = (SELECT stream.id FROM stream)
             UNION
            SELECT $4::bigint, $3::bigint) known
     ORDER BY known.version DESC, known.shape = $3 DESC
     LIMIT $7
),
surplus AS MATERIALIZED (
    SELECT snapshots.stream, snapshots.version, snapshots.shape
      FROM es.snapshots
     WHERE snapshots.stream = (SELECT stream.id FROM stream)
       AND (snapshots.version, snapshots.shape) NOT IN (SELECT newest.version, newest.shape FROM newest)
       FOR UPDATE SKIP LOCKED
),
deleted AS (
    DELETE FROM es.snapshots
     USING surplus
     WHERE (snapshots.stream, snapshots.version, snapshots.shape)
         = (surplus.stream, surplus.version, surplus.shape)
)
INSERT INTO es.snapshots (stream, version, shape, position, state, event)
SELECT stream.id, newest.version, newest.shape, $5, $6::json,
       -- None if the snapshot is ahead of the stream: then it is never read.
       (SELECT events.id
          FROM es.events
         WHERE events.stream = stream.id AND events.version = $4 AND events.position = $5)
  FROM stream
  JOIN newest ON (newest.version, newest.shape) = ($4, $3)
    ON CONFLICT (stream, version, shape)
    DO UPDATE SET position = excluded.position, state = excluded.state, event = excluded.event;
