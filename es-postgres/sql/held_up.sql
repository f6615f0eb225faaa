-- Leans on events_pkey for one event on each side of where the log is complete; the rest is one sequence
-- and the server's tables of locks and sessions.
--
-- Where the log is held up by an append that does not end, if events wait behind it: up to where it is
-- complete, the last position given, for how long the first of these events has waited, in
-- microseconds, and whose transaction it is. What a session does, and since when, is seen by its own role
-- and by those with pg_read_all_stats.
WITH head AS MATERIALIZED (
    SELECT pg_sequence_last_value('es.events_position_seq'::regclass) AS position
),
oldest AS MATERIALIZED (
    SELECT locks.pid,
           ((locks.classid::bigint << 32) | locks.objid::bigint) & 281474976710655 AS epoch
      FROM head
     CROSS JOIN pg_locks locks
     WHERE head.position IS NOT NULL
       AND locks.locktype = 'advisory'
       AND locks.objsubid = 1
       AND locks.mode = 'ShareLock'
       AND locks.classid::bigint >> 16 = 17747
       AND locks.database = (SELECT oid FROM pg_database WHERE datname = current_database())
     ORDER BY 2, 1
     LIMIT 1
)
SELECT least(head.position, oldest.epoch) AS safe, head.position AS head,
       (extract(epoch FROM clock_timestamp() - waiting.recorded_at) * 1000000)::bigint AS waited,
       oldest.pid, session.application_name::text, session.state,
       (extract(epoch FROM clock_timestamp() - session.xact_start) * 1000000)::bigint AS open
  FROM head
 CROSS JOIN oldest
 CROSS JOIN LATERAL (
           SELECT events.recorded_at
             FROM es.events
            WHERE events.position > oldest.epoch
            ORDER BY events.position
            LIMIT 1
       ) waiting
  LEFT JOIN pg_stat_activity session ON session.pid = oldest.pid;
