-- Which tags stored events have, by the names of both: a row when a decision first looks for events of
-- the name under the tag, or when the tags of stored events are written.
CREATE TABLE es.event_tags (
    event   text COLLATE "C" NOT NULL,
    tag     text COLLATE "C" NOT NULL,
    state   text COLLATE "C" NOT NULL,
    through bigint NOT NULL DEFAULT 0,
    -- Read as a whole, once in a process and again when es.tag_changes has moved.
    CONSTRAINT event_tags_pkey PRIMARY KEY (event, tag),
    CONSTRAINT event_tags_state_check CHECK (state IN ('missing', 'writing', 'complete'))
);

-- Moves when an append has to have other tags than before. An append compares it with what its process
-- knows, behind the gate that whoever moves it has for itself: a number that no snapshot hides.
CREATE SEQUENCE es.tag_changes AS bigint;

COMMENT ON TABLE es.event_tags IS 'which tags stored events have';
COMMENT ON SEQUENCE es.tag_changes IS 'moves when appends have to have other tags than before';
COMMENT ON COLUMN es.event_tags.event IS 'name of the event';
COMMENT ON COLUMN es.event_tags.tag IS 'name of the tag';
COMMENT ON COLUMN es.event_tags.state IS 'missing: some stored events lack it; writing: appends have it, and stored events get it; complete: all have it';
COMMENT ON COLUMN es.event_tags.through IS 'while it is written: up to this position stored events have it';

-- Whoever writes events finds out which tags they have, and whoever reads streams may see it.
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
        EXECUTE 'GRANT SELECT ON es.event_tags, es.tag_changes TO ' || grantee;
        IF privilege = 'INSERT' THEN
            EXECUTE 'GRANT INSERT, UPDATE, DELETE ON es.event_tags TO ' || grantee;
            EXECUTE 'GRANT USAGE ON SEQUENCE es.tag_changes TO ' || grantee;
        END IF;
    END LOOP;
END
$$;
