-- Leans on parked_pkey.
--
-- Events of the projection $1 have failed again: those of the keys $2 at the positions $3, with the
-- errors $4. $5 milliseconds until each is tried again. $6 whether the node was too old to read it,
-- which is no try. One that somebody wanted dropped meanwhile is due as it was.
UPDATE es.parked
   SET error = failed.error, is_unreadable = failed.is_unreadable,
       attempts = parked.attempts + CASE WHEN failed.is_unreadable THEN 0 ELSE 1 END,
       due = CASE WHEN parked.dropped IS NULL
                  THEN statement_timestamp() + failed.wait * interval '1 millisecond'
                  ELSE parked.due
             END
  FROM (SELECT *
          FROM unnest($2::text[], $3::bigint[], $4::text[], $5::bigint[], $6::boolean[])
               AS given (key, position, error, wait, is_unreadable)) failed
 WHERE parked.projection = $1::integer AND parked.key = failed.key
   AND parked.position = failed.position;
