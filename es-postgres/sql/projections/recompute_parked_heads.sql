-- Leans on parked_pkey, for one event of each key.
--
-- Of the keys $2 of the projection $1 each first event is the one that the others wait for. One that was
-- never tried itself is due, but for one that waits for a node that can read it: the rule `in_front` of
-- es-core, read/projection/tries.rs, for all keys at once.
UPDATE es.parked
   SET is_first = true,
       due = CASE WHEN parked.attempts = 0 AND parked.due IS NULL AND NOT parked.is_unreadable
                  THEN statement_timestamp()
                  ELSE parked.due
             END
  FROM (SELECT given.key, first.position
          FROM unnest($2::text[]) AS given (key)
         CROSS JOIN LATERAL (SELECT waiting.position
                               FROM es.parked waiting
                              WHERE waiting.projection = $1::integer AND waiting.key = given.key
                              ORDER BY waiting.position
                              LIMIT 1) first) heads
 WHERE parked.projection = $1::integer AND parked.key = heads.key
   AND parked.position = heads.position AND NOT parked.is_first;
