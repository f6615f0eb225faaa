-- Leans on no index: it touches no table, only the server's locks and sessions.
--
-- The session whose append has been open for the longest time. What a session does, and since when,
-- is seen by its own role and by those with pg_read_all_stats.
SELECT locks.pid, session.application_name::text, session.state,
       (extract(epoch FROM clock_timestamp() - session.xact_start) * 1000000)::bigint AS open
  FROM pg_locks locks
  LEFT JOIN pg_stat_activity session ON session.pid = locks.pid
 WHERE locks.locktype = 'advisory'
   AND locks.objsubid = 2
   AND locks.classid::bigint = 1163067394
   AND locks.objid::bigint = 0
   AND locks.granted
   AND locks.database = (SELECT oid FROM pg_database WHERE datname = current_database())
 ORDER BY session.xact_start, locks.pid
 LIMIT 1;
