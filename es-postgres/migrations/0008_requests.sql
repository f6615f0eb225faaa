-- The answers to requests that clients may send again, so that each is carried out once. In two halves, of
-- which one takes new rows. Once it has done so for as long as answers are remembered, nothing in the other
-- one is remembered any more: that is emptied as a whole, and takes the new rows.
CREATE TABLE es.requests (
    half        smallint    NOT NULL,
    scope       text COLLATE "C" NOT NULL,
    request     text COLLATE "C" NOT NULL,
    fingerprint bigint      NOT NULL,
    answer      json        NOT NULL,
    versions    bigint[]    NOT NULL,
    answered_at timestamptz NOT NULL,
    -- From a request to its answer, in each half. That no request is in both is the work of its lock.
    CONSTRAINT requests_pkey PRIMARY KEY (request, scope, half)
) PARTITION BY LIST (half);
CREATE TABLE es.requests_0 PARTITION OF es.requests FOR VALUES IN (0);
CREATE TABLE es.requests_1 PARTITION OF es.requests FOR VALUES IN (1);

-- As for streams and events: the first statistic waits for a table that is worth an index.
ALTER TABLE es.requests_0 SET (autovacuum_analyze_threshold = 5000, autovacuum_vacuum_insert_threshold = 5000);
ALTER TABLE es.requests_1 SET (autovacuum_analyze_threshold = 5000, autovacuum_vacuum_insert_threshold = 5000);

-- Which half takes new rows. One row.
CREATE TABLE es.request_memory (
    half       smallint    NOT NULL DEFAULT 0,
    turn       bigint      NOT NULL DEFAULT 0,
    since      timestamptz NOT NULL DEFAULT now(),
    remembered timestamptz,
    one        boolean     NOT NULL DEFAULT true,
    CONSTRAINT request_memory_pkey PRIMARY KEY (one),
    CONSTRAINT request_memory_one_check CHECK (one)
);
INSERT INTO es.request_memory DEFAULT VALUES;

-- Moves with the halves, behind the gate. A statement that sees another number than es.request_memory has looked
-- before they moved, and may not know of an answer in the other half: a number that no snapshot hides.
CREATE SEQUENCE es.request_turns AS bigint;

COMMENT ON TABLE es.requests IS 'answers to requests, so that each is carried out once; may be emptied if no client sends again';
COMMENT ON TABLE es.request_memory IS 'which half of es.requests takes new rows; one row';
COMMENT ON SEQUENCE es.request_turns IS 'moves when the halves of es.requests change places';
COMMENT ON COLUMN es.requests.half IS 'which of the two tables';
COMMENT ON COLUMN es.requests.scope IS 'name of the aggregate, or ~decisions';
COMMENT ON COLUMN es.requests.request IS 'id that the client gave';
COMMENT ON COLUMN es.requests.fingerprint IS 'hash of what was asked for';
COMMENT ON COLUMN es.requests.answer IS 'the answer; of events only their number';
COMMENT ON COLUMN es.requests.versions IS 'of the streams of the append, after it';
COMMENT ON COLUMN es.request_memory.half IS 'the half that takes new rows';
COMMENT ON COLUMN es.request_memory.turn IS 'es.request_turns, when the halves last changed places';
COMMENT ON COLUMN es.request_memory.since IS 'since when it takes them';
COMMENT ON COLUMN es.request_memory.remembered IS 'all answers since then are remembered; null if none was ever forgotten';
COMMENT ON INDEX es.requests_pkey IS 'from a request to its answer';

-- Whoever writes events answers requests and forgets old answers, and whoever reads streams may see them.
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
        EXECUTE 'GRANT SELECT ON es.requests, es.requests_0, es.requests_1, es.request_memory, es.request_turns TO '
            || grantee;
        IF privilege = 'INSERT' THEN
            EXECUTE 'GRANT INSERT ON es.requests TO ' || grantee;
            EXECUTE 'GRANT TRUNCATE ON es.requests_0, es.requests_1 TO ' || grantee;
            EXECUTE 'GRANT UPDATE ON es.request_memory TO ' || grantee;
            EXECUTE 'GRANT UPDATE ON SEQUENCE es.request_turns TO ' || grantee;
        END IF;
    END LOOP;
END
$$;
