-- Leans on no index: the table has one row.
--
-- How much write-ahead log a standby has replayed, whether it is one, and which log it has.
SELECT coalesce((pg_last_wal_replay_lsn() - '0/0')::bigint, 0) AS replayed,
       pg_is_in_recovery() AS standby, log.incarnation
  FROM es.log;
