-- Leans on events_pkey, read backwards, for one event; the rest is one row, one sequence and the
-- server's table of locks.
--
-- Up to where the log is complete: the greatest position that an event has, of those that the oldest
-- running append has advertised. This statement sees the event, so the position was given before the
-- locks are looked at; whoever had taken a lower one had advertised it before that, and is seen here or
-- has ended. So it matters in no way when the sequence is read, which only says how far positions go.
--
-- Positions that no event has were rolled back, and a crash may forget that they were given and give
-- them again.
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
            WHERE locks.locktype = 'advisory'
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
