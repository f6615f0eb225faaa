-- What lists show of the instances of sagas, and when each needs attention: folded from their streams by the node that
-- holds the slot of the instance, in the batch that notes its progress.
CREATE TABLE es.sagas (
    saga         text COLLATE "C" NOT NULL,
    key          text COLLATE "C" NOT NULL,
    slot         smallint    NOT NULL,
    version      bigint      NOT NULL,
    heard        bigint      NOT NULL,
    saga_version bigint,
    phase        text COLLATE "C" NOT NULL,
    step         text COLLATE "C",
    attempt      bigint      NOT NULL,
    waits        text COLLATE "C",
    due          timestamptz,
    error        text,
    since        timestamptz NOT NULL,
    started_at   timestamptz NOT NULL,
    ended_at     timestamptz,
    -- The rows of a batch, and a list in the order of the keys.
    CONSTRAINT sagas_pkey PRIMARY KEY (saga, key),
    CONSTRAINT sagas_waits_check CHECK (waits IN ('attempt', 'time')),
    CONSTRAINT sagas_due_check CHECK ((waits IS NULL) = (due IS NULL))
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0);
-- What somebody has begun, for those who take a slot over.
CREATE INDEX sagas_attempt_idx ON es.sagas (saga, key) INCLUDE (slot) WHERE waits = 'attempt';
-- What becomes due.
CREATE INDEX sagas_due_idx ON es.sagas (saga, due, key) WHERE due IS NOT NULL;
-- A list of one phase: those that need a person are few among many.
CREATE INDEX sagas_phase_idx ON es.sagas (saga, phase, key);

COMMENT ON TABLE es.sagas IS 'what lists show of the instances of sagas';
COMMENT ON COLUMN es.sagas.saga IS 'category of the stream of the instance';
COMMENT ON COLUMN es.sagas.key IS 'key of the stream of the instance';
COMMENT ON COLUMN es.sagas.slot IS 'share of the keys that the instance belongs to';
COMMENT ON COLUMN es.sagas.version IS 'version of the stream that the row shows';
COMMENT ON COLUMN es.sagas.heard IS 'position of the event that starts the instance';
COMMENT ON COLUMN es.sagas.saga_version IS 'version of the saga in which it was started';
COMMENT ON COLUMN es.sagas.waits IS 'attempt: somebody is to go on now; time: the next attempt is at due; null: nobody';
COMMENT ON COLUMN es.sagas.due IS 'instant at which it needs attention, whatever happens until then';
COMMENT ON COLUMN es.sagas.error IS 'last failure, or reason for compensating';

-- Whoever writes events may run sagas, and whoever reads streams may list their instances.
DO $$
DECLARE
    grantee text;
    privilege text;
BEGIN
    FOR grantee, privilege IN
        SELECT CASE granted.grantee WHEN 0 THEN 'PUBLIC' ELSE granted.grantee::regrole::text END,
               granted.privilege_type
          FROM pg_class, aclexplode(pg_class.relacl) granted
         WHERE pg_class.oid = 'es.streams'::regclass
           AND granted.privilege_type IN ('SELECT', 'INSERT')
           AND granted.grantee <> pg_class.relowner
    LOOP
        EXECUTE 'GRANT SELECT ON es.sagas TO ' || grantee;
        IF privilege = 'INSERT' THEN
            EXECUTE 'GRANT INSERT, UPDATE ON es.sagas TO ' || grantee;
        END IF;
    END LOOP;
END
$$;
