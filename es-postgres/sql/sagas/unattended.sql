-- Leans on sagas_attempt_idx.
--
-- Up to $4 instances of the saga $1 in the slots $2, after the key $3, that somebody is to go on with now, in the order
-- of their keys.
SELECT sagas.saga, sagas.key, sagas.version, sagas.heard, sagas.saga_version, sagas.phase, sagas.step, sagas.attempt,
       sagas.waits, sagas.due, sagas.error, sagas.since, sagas.started_at, sagas.ended_at
  FROM es.sagas
 WHERE sagas.saga = $1 AND sagas.key > $3 AND sagas.waits = 'attempt'
   AND sagas.slot = ANY ($2::smallint[])
 ORDER BY sagas.key
 LIMIT $4;
