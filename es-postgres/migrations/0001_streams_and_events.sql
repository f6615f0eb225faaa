-- The names of streams. A row is written once, before the first event of its stream, and never
-- updated: no append touches it again, so no append waits for it.
CREATE TABLE es.streams (
    id       bigint GENERATED ALWAYS AS IDENTITY,
    category text COLLATE "C" NOT NULL,
    key      text COLLATE "C" NOT NULL,
    -- From the number in es.events to the name, for readers of the log.
    CONSTRAINT streams_pkey PRIMARY KEY (id),
    -- From the name to the number, for appends and for readers of one stream.
    CONSTRAINT streams_category_key_key UNIQUE (category, key)
);

-- Positions. The first call makes last_value speak the truth: a fresh sequence claims its first
-- number before it is given. CACHE 1, or a session would hold numbers below last_value. The upper
-- bound leaves 16 bits of a lock key for its namespace.
CREATE SEQUENCE es.events_position_seq AS bigint
    MINVALUE 0 START WITH 0 MAXVALUE 281474976710655 CACHE 1;
SELECT nextval('es.events_position_seq');

-- The events of all streams, and the log. Only inserted.
CREATE TABLE es.events (
    position       bigint      NOT NULL,
    stream         bigint      NOT NULL,
    version        bigint      NOT NULL,
    recorded_at    timestamptz NOT NULL,
    id             uuid        NOT NULL,
    schema_version integer     NOT NULL,
    name           text COLLATE "C" NOT NULL,
    payload        json        NOT NULL,
    metadata       json        NOT NULL,
    -- The order of the log.
    CONSTRAINT events_pkey PRIMARY KEY (position),
    -- The order of a stream, and the guard of every append: two writers that saw the same version
    -- cannot both write the next one.
    CONSTRAINT events_stream_version_key UNIQUE (stream, version),
    -- No event is stored twice.
    CONSTRAINT events_id_key UNIQUE (id),
    CONSTRAINT events_position_check CHECK (position > 0),
    CONSTRAINT events_version_check CHECK (version > 0)
    -- stream is no foreign key: its row is written by the same statement or was found by it, and
    -- rows of es.streams are never deleted; the check would cost every event a look-up.
);
ALTER SEQUENCE es.events_position_seq OWNED BY es.events.position;

-- What events are about besides their streams: a row per tag of an event, none for an event without.
CREATE TABLE es.tags (
    position bigint NOT NULL,
    tag      text COLLATE "C" NOT NULL,
    -- From a tag to its events, in the order of the log, and whether an event has one.
    CONSTRAINT tags_pkey PRIMARY KEY (tag, position)
    -- position is no foreign key: its row is written by the same transaction.
);

-- Statistics of a table of a few rows make the planner scan it, and go on scanning when it has
-- grown, until the next ANALYZE: so the first one waits for a table that is worth an index.
ALTER TABLE es.streams SET (autovacuum_analyze_threshold = 5000, autovacuum_vacuum_insert_threshold = 5000);
ALTER TABLE es.events SET (autovacuum_analyze_threshold = 5000, autovacuum_vacuum_insert_threshold = 5000);
ALTER TABLE es.tags SET (autovacuum_analyze_threshold = 5000, autovacuum_vacuum_insert_threshold = 5000);

COMMENT ON TABLE es.streams IS 'names of streams; written once per stream, never updated';
COMMENT ON TABLE es.events IS 'all events; inserted only';
COMMENT ON TABLE es.tags IS 'what events are about; inserted only';
COMMENT ON COLUMN es.tags.position IS 'es.events.position';
COMMENT ON COLUMN es.tags.tag IS 'name:value; a name holds no colon';
COMMENT ON INDEX es.tags_pkey IS 'from a tag to its events';
COMMENT ON COLUMN es.streams.category IS 'name of the aggregate';
COMMENT ON COLUMN es.streams.key IS 'text of the aggregate''s id';
COMMENT ON COLUMN es.events.position IS 'place in the log; rises along every stream, may have holes';
COMMENT ON COLUMN es.events.stream IS 'es.streams.id';
COMMENT ON COLUMN es.events.version IS 'place in the stream, from 1, without gaps';
COMMENT ON COLUMN es.events.recorded_at IS 'never goes back along a stream';
COMMENT ON COLUMN es.events.id IS 'given by the writer';
COMMENT ON COLUMN es.events.schema_version IS 'version of the shape of payload';
COMMENT ON COLUMN es.events.payload IS 'the fields of the event, as the writer spelt them';
COMMENT ON COLUMN es.events.metadata IS 'correlation, causation, actor, tenant, trace, headers';
COMMENT ON INDEX es.streams_pkey IS 'names for readers of the log';
COMMENT ON INDEX es.streams_category_key_key IS 'from a name to its events';
COMMENT ON INDEX es.events_pkey IS 'the order of the log';
COMMENT ON INDEX es.events_stream_version_key IS 'the order of a stream; the guard of concurrent appends';
COMMENT ON INDEX es.events_id_key IS 'no event twice';

-- Which log this is: readers keep it with their checkpoints. One row.
CREATE TABLE es.log (
    incarnation uuid    NOT NULL DEFAULT gen_random_uuid(),
    one         boolean NOT NULL DEFAULT true,
    CONSTRAINT log_pkey PRIMARY KEY (one),
    CONSTRAINT log_one_check CHECK (one)
);
INSERT INTO es.log DEFAULT VALUES;
COMMENT ON TABLE es.log IS 'which log this is; one row';
COMMENT ON COLUMN es.log.incarnation IS 'checkpoints of another incarnation are refused';
