-- Leans on dropped_pkey.
--
-- Up to $4 events after position $3 that were dropped from version $2 of the projection $1, and why.
SELECT dropped.position, dropped.key, dropped.event, dropped.error, dropped.reason, dropped.at
  FROM es.dropped
 WHERE dropped.name = $1 AND dropped.version = $2 AND dropped.position > $3
 ORDER BY dropped.position, dropped.key
 LIMIT $4;
