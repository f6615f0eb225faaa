-- Versions of projections. A row is written when a version is first run, and a few times after that.
CREATE TABLE es.projections (
    id          integer GENERATED ALWAYS AS IDENTITY,
    name        text COLLATE "C" NOT NULL,
    version     bigint      NOT NULL,
    state       text COLLATE "C" NOT NULL,
    -- Not the same as serving: a version that waits for the next one to come as far is retired, and
    -- still the one that is read.
    is_read     boolean     NOT NULL,
    is_prepared boolean     NOT NULL DEFAULT false,
    stopped     text,
    keyed_by    text        NOT NULL,
    types       text[]      NOT NULL,
    has_effects boolean     NOT NULL,
    incarnation uuid        NOT NULL,
    since       timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT projections_pkey PRIMARY KEY (id),
    -- From a version to its number, for everything.
    CONSTRAINT projections_name_version_key UNIQUE (name, version),
    CONSTRAINT projections_state_check CHECK (state IN ('building', 'serving', 'retired')),
    CONSTRAINT projections_version_check CHECK (version > 0)
);
-- Of each name one version is read.
CREATE UNIQUE INDEX projections_is_read_key ON es.projections (name) WHERE is_read;

-- Who handles which keys of a version, and how far it has come: 64 rows per version, written for each
-- batch. No index but the key, and room in each page, so that a page is written again and again, and
-- no index with it.
CREATE TABLE es.leases (
    projection    integer  NOT NULL,
    slot          smallint NOT NULL,
    owner         uuid,
    epoch         bigint   NOT NULL DEFAULT 0,
    checkpoint    bigint   NOT NULL,
    effects_after bigint   NOT NULL DEFAULT 0,
    CONSTRAINT leases_pkey PRIMARY KEY (projection, slot)
    -- projection is no foreign key: the check would lock a row of es.projections for each batch.
) WITH (fillfactor = 10, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000,
        autovacuum_vacuum_cost_delay = 0);

-- The processes that run a version. What one holds it holds until alive_until: a row per process and
-- version is all that has to be written to keep 64 slots.
CREATE TABLE es.projection_nodes (
    projection  integer     NOT NULL,
    node        uuid        NOT NULL,
    alive_until timestamptz NOT NULL,
    rate        double precision NOT NULL DEFAULT 0,
    error       text,
    CONSTRAINT projection_nodes_pkey PRIMARY KEY (projection, node)
) WITH (fillfactor = 20, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);

-- Events that were set aside, each a whole copy, since the log may be in another database.
CREATE TABLE es.parked (
    projection     integer  NOT NULL,
    key            text COLLATE "C" NOT NULL,
    position       bigint   NOT NULL,
    slot           smallint NOT NULL,
    -- Whether it is the one that those of its key wait for.
    is_first       boolean  NOT NULL DEFAULT false,
    due            timestamptz,
    error          text,
    attempts       integer  NOT NULL DEFAULT 0,
    since          timestamptz NOT NULL DEFAULT clock_timestamp(),
    dropped        text,
    category       text COLLATE "C" NOT NULL,
    stream_key     text COLLATE "C" NOT NULL,
    version        bigint      NOT NULL,
    recorded_at    timestamptz NOT NULL,
    id             uuid        NOT NULL,
    schema_version integer     NOT NULL,
    name           text COLLATE "C" NOT NULL,
    payload        json        NOT NULL,
    metadata       json        NOT NULL,
    -- The order of a key.
    CONSTRAINT parked_pkey PRIMARY KEY (projection, key, position)
) WITH (autovacuum_analyze_threshold = 5000);
-- The keys of which something is set aside, however much waits behind it.
CREATE INDEX parked_is_first_idx ON es.parked (projection, key) INCLUDE (slot) WHERE is_first;
-- What is to be tried again. Empty where everything waits for somebody.
CREATE INDEX parked_due_idx ON es.parked (projection, slot, due) WHERE is_first AND due IS NOT NULL;

-- Events that were dropped, and why. They are in the log still.
CREATE TABLE es.dropped (
    name     text COLLATE "C" NOT NULL,
    version  bigint      NOT NULL,
    key      text COLLATE "C" NOT NULL,
    position bigint      NOT NULL,
    event    uuid        NOT NULL,
    error    text,
    reason   text        NOT NULL,
    at       timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT dropped_pkey PRIMARY KEY (name, version, position, key)
);

-- Ends a transaction whose slots are not all the node's any more. Read only in the server's log: the
-- program goes by the code.
CREATE FUNCTION es.fence(holds boolean) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF holds IS NOT TRUE THEN
        RAISE EXCEPTION 'a slot of the batch has gone to another node' USING ERRCODE = 'ES001';
    END IF;
END
$$;

COMMENT ON TABLE es.projections IS 'versions of projections';
COMMENT ON TABLE es.leases IS 'who handles which keys of a version, and how far it has come';
COMMENT ON TABLE es.projection_nodes IS 'the processes that run a version';
COMMENT ON TABLE es.parked IS 'events that were set aside';
COMMENT ON TABLE es.dropped IS 'events that were dropped, and why; inserted only';
COMMENT ON FUNCTION es.fence IS 'ends a transaction whose slots are not all the node''s any more';
COMMENT ON COLUMN es.projections.is_read IS 'its rows are in the schema without a version';
COMMENT ON COLUMN es.projections.is_prepared IS 'its schema and its tables are there';
COMMENT ON COLUMN es.projections.stopped IS 'why it is not run; nothing if it is';
COMMENT ON COLUMN es.projections.keyed_by IS 'what its events are kept in order by';
COMMENT ON COLUMN es.projections.types IS 'names of the events that it reads; empty for all';
COMMENT ON COLUMN es.projections.incarnation IS 'the log that it follows';
COMMENT ON COLUMN es.leases.projection IS 'es.projections.id';
COMMENT ON COLUMN es.leases.owner IS 'es.projection_nodes.node; free where that is not alive';
COMMENT ON COLUMN es.leases.epoch IS 'how often it has changed hands';
COMMENT ON COLUMN es.leases.checkpoint IS 'everything up to this position is done, or set aside';
COMMENT ON COLUMN es.leases.effects_after IS 'effects of events up to this position were had before';
COMMENT ON COLUMN es.projection_nodes.projection IS 'es.projections.id';
COMMENT ON COLUMN es.projection_nodes.rate IS 'events a second';
COMMENT ON COLUMN es.projection_nodes.error IS 'why it does not come on';
COMMENT ON COLUMN es.parked.projection IS 'es.projections.id';
COMMENT ON COLUMN es.parked.due IS 'when it is tried again; never, where there is nothing';
COMMENT ON COLUMN es.parked.dropped IS 'why somebody wants it dropped';
COMMENT ON COLUMN es.dropped.event IS 'the id of the event';
COMMENT ON INDEX es.parked_is_first_idx IS 'keys of which something is set aside';
COMMENT ON INDEX es.parked_due_idx IS 'what is to be tried again';

-- Whoever writes events runs projections, and whoever reads streams reads how far these have come.
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
        EXECUTE 'GRANT SELECT ON es.projections, es.leases, es.projection_nodes, es.parked, es.dropped TO ' || grantee;
        IF privilege = 'INSERT' THEN
            EXECUTE 'GRANT INSERT, UPDATE, DELETE ON es.projections, es.leases, es.projection_nodes, es.parked TO ' || grantee;
            EXECUTE 'GRANT INSERT ON es.dropped TO ' || grantee;
        END IF;
    END LOOP;
END
$$;
