-- Leans on parked_pkey.
--
-- Events of the projection $1 have failed again: those of the keys $2 at the positions $3, with the
-- errors $4. $5 milliseconds until each is tried again. $6 whether the node was too old to read it,
-- which is no try. Each was read with $7 attempts, due at $8, in microseconds since 1970. One that has
-- others by now was replayed or is to be dropped, and stays due as whoever asked for that has it.
UPDATE es.parked
   SET error = failed.error, is_unreadable = failed.is_unreadable,
       attempts = parked.attempts + CASE WHEN failed.is_unreadable THEN 0 ELSE 1 END,
       due = statement_timestamp() + failed.wait * interval '1 millisecond'
  FROM (SELECT *
          FROM unnest($2::text[], $3::bigint[], $4::text[], $5::bigint[], $6::boolean[],
                      $7::integer[], $8::bigint[])
               AS given (key, position, error, wait, is_unreadable, attempts, due)) failed
 WHERE parked.projection = $1::integer AND parked.key = failed.key
   AND parked.position = failed.position AND parked.attempts = failed.attempts
   AND parked.due IS NOT DISTINCT FROM
       (timestamp 'epoch' + failed.due / 86400000000 * interval '1 day'
                          + failed.due % 86400000000 * interval '1 microsecond') AT TIME ZONE 'UTC';
