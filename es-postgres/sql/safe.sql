-- Leans on events_pkey, read backwards, for one event; the rest is one row, one sequence and the
-- server's table of locks.
--
-- Up to where the log is complete: the last position given, or what the oldest running append has
-- advertised. The sequence is read first and the locks for its row, never the other way about: an
-- append that advertises in between takes its positions above what was read here.
--
-- Of these positions the greatest that an event has. The others were rolled back, and a crash may
-- forget that they were given and give them again.
--
-- And whether this server can tell, since a standby has the rows of its primary and not the locks;
-- and which log it is.
WITH head AS MATERIALIZED (
    SELECT pg_sequence_last_value('es.events_position_seq'::regclass) AS position
)
SELECT coalesce(last.position, 0) AS safe, head.position AS head,
       pg_is_in_recovery() AS standby, log.incarnation
  FROM head
 CROSS JOIN es.log
 CROSS JOIN LATERAL (
           SELECT min(((locks.classid::bigint << 32) | locks.objid::bigint) & 281474976710655) AS epoch
             FROM pg_locks locks
            WHERE head.position IS NOT NULL
              AND locks.locktype = 'advisory'
              AND locks.objsubid = 1
              AND locks.mode = 'ShareLock'
              AND locks.classid::bigint >> 16 = 17747
              AND locks.database = (SELECT oid FROM pg_database WHERE datname = current_database())
       ) oldest
  LEFT JOIN LATERAL (
           SELECT events.position
             FROM es.events
            WHERE events.position <= least(head.position, oldest.epoch)
            ORDER BY events.position DESC
            LIMIT 1
       ) last ON true;
