-- Leans on sagas_due_idx. The instant is an argument: a clock in the condition would walk the whole index.
--
-- Up to $4 instances of the saga $1 in the slots $2 that need attention up to the instant $3, in microseconds since
-- 1970, after the instant $5 and the key $6, the most overdue first.
SELECT sagas.saga, sagas.key, sagas.version, sagas.heard, sagas.saga_version, sagas.phase, sagas.step, sagas.attempt,
       sagas.waits, sagas.due, sagas.error, sagas.since, sagas.started_at, sagas.ended_at
  FROM es.sagas
 WHERE sagas.saga = $1 AND sagas.due <= 'epoch'::timestamptz + $3::bigint * interval '1 microsecond'
   AND sagas.slot = ANY ($2::smallint[])
   AND (sagas.due, sagas.key) > ('epoch'::timestamptz + $5::bigint * interval '1 microsecond', $6)
 ORDER BY sagas.due, sagas.key
 LIMIT $4;
