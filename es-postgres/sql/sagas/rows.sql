-- Leans on sagas_pkey.
--
-- The instances of the saga $1 with the keys $2.
SELECT sagas.saga, sagas.key, sagas.version, sagas.heard, sagas.saga_version, sagas.phase, sagas.step, sagas.attempt,
       sagas.waits, sagas.due, sagas.error, sagas.since, sagas.started_at, sagas.ended_at
  FROM es.sagas
 WHERE sagas.saga = $1 AND sagas.key = ANY ($2::text[]);
