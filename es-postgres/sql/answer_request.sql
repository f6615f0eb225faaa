-- Leans on requests_0_pkey and requests_1_pkey.
--
-- Keeps the answer to the request $2 within $1, unless it has one: then that one is answered.
-- $3 fingerprint, $4 answer, $5 versions. $6 lock_request.sql and the gate came before in this transaction, so
-- nothing is older than the locks.
-- Neither kept nor answered: somebody else answers it just now, for whom lock_request.sql waits, or the halves change
-- places, for which the gate does.
--
-- What this statement has looked at may be older than its locks. An answer that came meanwhile into the same
-- half violates the key; into the other one it cannot have come, or the numbers of the turns would differ.
WITH
memory AS MATERIALIZED (
    SELECT request_memory.half, request_memory.turn FROM es.request_memory
),
first AS MATERIALIZED (
    SELECT requests.fingerprint, requests.answer, requests.versions
      FROM es.requests
     WHERE requests.request = $2::text AND requests.scope = $1::text
     LIMIT 1
),
locked AS MATERIALIZED (
    SELECT memory.half,
           CASE WHEN EXISTS (SELECT FROM first) THEN false
                WHEN $6::boolean THEN true
                WHEN NOT pg_try_advisory_xact_lock(1163067397, hashtext($1::text || '/' || $2::text)) THEN false
                WHEN NOT pg_try_advisory_xact_lock_shared(1163067394, 0) THEN false
                ELSE coalesce(pg_sequence_last_value('es.request_turns'::regclass), 0) = memory.turn
           END AS taken
      FROM memory
),
kept AS (
    INSERT INTO es.requests (half, scope, request, fingerprint, answer, versions, answered_at)
    SELECT locked.half, $1::text, $2::text, $3::bigint, $4::text::json, $5::bigint[], clock_timestamp()
      FROM locked
     WHERE locked.taken
)
SELECT locked.taken, first.fingerprint, first.answer::text, first.versions
  FROM locked
  LEFT JOIN first ON true;
