-- Leans on no index: it touches no table, only the locks that appends take on tags.
--
-- Waits for the tags $1, those of $2 for itself and the others beside whoever only writes them too. In
-- one order for everybody, and each in its strongest mode at once: two that go from shared to
-- exclusive wait for each other.
SELECT count(CASE WHEN sorted.exclusive THEN pg_advisory_xact_lock(1163067395, sorted.lock_key)
                  ELSE pg_advisory_xact_lock_shared(1163067395, sorted.lock_key)
             END) AS locks
  FROM (SELECT hashtext(given.tag) AS lock_key, bool_or(given.exclusive) AS exclusive
          FROM unnest((SELECT $1::text[]), (SELECT $2::boolean[])) AS given (tag, exclusive)
         GROUP BY 1
         ORDER BY 1) sorted;
