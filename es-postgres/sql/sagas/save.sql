-- Leans on sagas_pkey.
--
-- Saves rows of instances, each in the place of the one that is there, unless that is of a later version; instants are
-- microseconds since 1970.
INSERT INTO es.sagas AS sagas (saga, key, slot, version, heard, saga_version, phase, step, attempt, waits, due, error,
                               since, started_at, ended_at)
SELECT $1, new.key, new.slot, new.version, new.heard, new.saga_version, new.phase, new.step, new.attempt, new.waits,
       'epoch'::timestamptz + new.due * interval '1 microsecond', new.error,
       'epoch'::timestamptz + new.since * interval '1 microsecond',
       'epoch'::timestamptz + new.started_at * interval '1 microsecond',
       'epoch'::timestamptz + new.ended_at * interval '1 microsecond'
  FROM unnest($2::text[], $3::smallint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::text[], $8::text[],
              $9::bigint[], $10::text[], $11::bigint[], $12::text[], $13::bigint[], $14::bigint[], $15::bigint[])
       AS new (key, slot, version, heard, saga_version, phase, step, attempt, waits, due, error, since, started_at,
               ended_at)
ON CONFLICT (saga, key) DO UPDATE
   SET version = excluded.version, heard = excluded.heard, saga_version = excluded.saga_version,
       phase = excluded.phase, step = excluded.step, attempt = excluded.attempt, waits = excluded.waits,
       due = excluded.due, error = excluded.error, since = excluded.since, started_at = excluded.started_at,
       ended_at = excluded.ended_at
 WHERE sagas.version <= excluded.version;
