-- Leans on no index: it reads no table.
--
-- How much write-ahead log there is, flushed or not, and in which timeline: on a primary.
SELECT (current.lsn - '0/0')::bigint AS written, substr(pg_walfile_name(current.lsn), 1, 8) AS timeline
  FROM (SELECT pg_current_wal_insert_lsn() AS lsn) current;
