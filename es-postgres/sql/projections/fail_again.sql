-- Leans on parked_pkey.
--
-- Events of the projection $1 have failed again: those of the keys $2 at the positions $3, with the
-- errors $4. $5 milliseconds until each is tried again.
UPDATE es.parked
   SET error = failed.error, attempts = parked.attempts + 1,
       due = statement_timestamp() + failed.wait * interval '1 millisecond'
  FROM (SELECT *
          FROM unnest($2::text[], $3::bigint[], $4::text[], $5::bigint[])
               AS given (key, position, error, wait)) failed
 WHERE parked.projection = $1::integer AND parked.key = failed.key
   AND parked.position = failed.position;
