-- Leans on events_pkey for each event, and adds to tags_pkey.
--
-- Events at the positions $1 are found under the tags $2, those of an archive excepted.
INSERT INTO es.tags (position, tag)
SELECT given.position, given.tag
  FROM unnest((SELECT $1::bigint[]), (SELECT $2::text[])) AS given (position, tag)
 CROSS JOIN LATERAL (SELECT events.stream
                       FROM es.events
                      WHERE events.position = given.position
                      LIMIT 1) event
 WHERE event.stream NOT IN (SELECT archives.stream FROM es.archives)
ON CONFLICT (tag, position) DO NOTHING;
