-- Leans on sagas_pkey.
--
-- Up to $5 instances of the saga $1 after the key $2, in the order of their keys; with the current step $3 and the
-- version $4 of the saga, unless these are null.
SELECT sagas.saga, sagas.key, sagas.version, sagas.heard, sagas.saga_version, sagas.phase, sagas.step, sagas.attempt,
       sagas.waits, sagas.due, sagas.error, sagas.since, sagas.started_at, sagas.ended_at
  FROM es.sagas
 WHERE sagas.saga = $1 AND sagas.key > $2
   AND ($3::text IS NULL OR sagas.step = $3) AND ($4::bigint IS NULL OR sagas.saga_version = $4)
 ORDER BY sagas.key
 LIMIT $5;
