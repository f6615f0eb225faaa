-- Leans on no index: it touches no table, only the locks that appends take on the names of streams.
--
-- Waits for the locks of the streams ($1 category, $2 key, $3 number of events), all of them in one
-- order for everybody. Takes none where the transaction could not see afterwards what the others
-- wrote meanwhile. Above 256 streams only those without events are locked: the unique index guards
-- the rest.
SELECT current_setting('transaction_isolation') AS isolation,
       count(pg_advisory_xact_lock(1163067393, sorted.lock_key)) AS locks
  FROM (SELECT hashtext(given.category || '/' || given.key) AS lock_key
          FROM unnest((SELECT $1::text[]), (SELECT $2::text[]), (SELECT $3::bigint[]))
               AS given (category, key, events)
         WHERE current_setting('transaction_isolation') = 'read committed'
           AND (given.events = 0 OR cardinality((SELECT $1::text[])) <= 256)
         ORDER BY lock_key) sorted;
