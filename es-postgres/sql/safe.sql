-- Leans on no index: it reads one sequence and the server's table of locks.
--
-- Up to where the log is complete: the last position given, or what the oldest running append has
-- advertised. The sequence is read first and the locks for its row, never the other way about: an
-- append that advertises in between takes its positions above what was read here.
--
-- And whether this server can tell, since a standby has the rows of its primary and not the locks;
-- and which log it is.
WITH head AS MATERIALIZED (
    SELECT pg_sequence_last_value('es.events_position_seq'::regclass) AS position
)
SELECT least(head.position, oldest.epoch) AS safe, head.position AS head,
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
       ) oldest;
