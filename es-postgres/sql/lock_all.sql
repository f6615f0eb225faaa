-- Leans on no index: it touches no table, only the gate that every append passes.
--
-- Waits until no other append is under way, and keeps them all out. Not where the transaction could
-- not see afterwards what the others wrote meanwhile.
SELECT pg_advisory_xact_lock(1163067394, 0)
 WHERE current_setting('transaction_isolation') = 'read committed';
