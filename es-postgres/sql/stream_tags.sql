-- Leans on events_stream_version_key for the events of the stream. Reads all of es.tags, once: there is
-- no way from an event to its tags, which every append would pay for. Asked without any lock.
--
-- The tags of the events of the stream $1/$2.
SELECT tags.position, tags.tag
  FROM es.tags
 WHERE tags.position IN (SELECT events.position
                           FROM es.events
                          WHERE events.stream = (SELECT streams.id
                                                   FROM es.streams
                                                  WHERE streams.category = $1 AND streams.key = $2));
