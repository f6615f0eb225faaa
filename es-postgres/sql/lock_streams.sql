-- Leans on no index: it touches no table, only the locks that appends take on the names of streams
-- and on tags.
--
-- Waits for what an append must have before it looks: first the gates, then the locks of the streams
-- ($1 category, $2 key, $3 number of events per part), then those of the tags ($5 tag, $6 whether for
-- itself), in one order for everybody. Takes none where the transaction could not see afterwards what
-- the others wrote meanwhile.
--
-- Every append passes the first gate (1163067394, 0) beside the others, or for itself if $4 says so.
-- Above 256 streams an append would fill the server's lock table, so it locks only those that get no
-- events, and the unique index guards the rest. An append that rests on a stream without writing to
-- it could then be overtaken unseen: so the two kinds exclude each other at the second gate
-- (1163067394, 1). An append that writes to all its streams does not need it: neighbours of a large
-- append go on.
-- A tag is taken in its strongest mode at once: two that go from shared to exclusive wait for each
-- other.
WITH
parts AS MATERIALIZED (
    SELECT hashtext(given.category || '/' || given.key) AS lock_key, given.events
      FROM unnest((SELECT $1::text[]), (SELECT $2::text[]), (SELECT $3::bigint[]))
           AS given (category, key, events)
     WHERE current_setting('transaction_isolation') = 'read committed'
),
shape AS MATERIALIZED (
    SELECT count(*) > 256 AS large, coalesce(bool_or(parts.events = 0), false) AS rests,
           count(*) > 0 AS any
      FROM parts
),
gate AS MATERIALIZED (
    SELECT shape.*,
           CASE WHEN NOT shape.any THEN NULL
                WHEN $4::boolean THEN pg_advisory_xact_lock(1163067394, 0) IS NOT NULL
                ELSE pg_advisory_xact_lock_shared(1163067394, 0) IS NOT NULL
           END AS passed
      FROM shape
),
second_gate AS MATERIALIZED (
    SELECT gate.large,
           CASE WHEN gate.passed IS NULL THEN false
                WHEN gate.large THEN pg_advisory_xact_lock(1163067394, 1) IS NOT NULL
                WHEN gate.rests THEN pg_advisory_xact_lock_shared(1163067394, 1) IS NOT NULL
                ELSE true
           END AS passed
      FROM gate
),
streams AS MATERIALIZED (
    SELECT count(pg_advisory_xact_lock(1163067393, sorted.lock_key)) AS locks
      FROM (SELECT parts.lock_key
              FROM second_gate, parts
             WHERE second_gate.passed AND (parts.events = 0 OR NOT second_gate.large)
             ORDER BY parts.lock_key) sorted
)
SELECT current_setting('transaction_isolation') AS isolation,
       count(CASE WHEN sorted.exclusive THEN pg_advisory_xact_lock(1163067395, sorted.lock_key)
                  ELSE pg_advisory_xact_lock_shared(1163067395, sorted.lock_key)
             END) AS tags,
       -- Behind the gate, where nobody moves it.
       coalesce(pg_sequence_last_value('es.tag_changes'::regclass), 0) AS changes
  FROM (SELECT hashtext(given.tag) AS lock_key, bool_or(given.exclusive) AS exclusive
          FROM second_gate, streams,
               unnest((SELECT $5::text[]), (SELECT $6::boolean[])) AS given (tag, exclusive)
         WHERE second_gate.passed AND streams.locks >= 0
         GROUP BY 1
         ORDER BY 1) sorted;
