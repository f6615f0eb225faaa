-- Leans on tags_pkey for the entries of the tag. Reads the log after $3 once, for a tag that nobody has
-- asked for before: there is no way from an event's name to its events, which every append would pay for.
--
-- An event of the name $1 after position $3 that is found under no tag of the name $2. What is in an
-- archive does not count.
SELECT events.position
  FROM es.events
 WHERE events.name = $1::text
   AND events.position > $3::bigint
   AND events.stream NOT IN (SELECT archives.stream FROM es.archives)
   AND NOT EXISTS (SELECT
                     FROM es.tags
                    WHERE tags.position = events.position
                      AND tags.tag >= $2::text || ':' AND tags.tag < $2::text || ';')
 LIMIT 1;
