-- Streams that were transformed: a copy has taken the name, and the old one goes on under another. Of
-- what is said of es.streams before, this is the exception: the row of such a stream gets the name of
-- the archive, in the transaction that writes the copy.
CREATE TABLE es.archives (
    stream bigint NOT NULL,
    -- Looked into as a whole: queries by type leave out what is here.
    CONSTRAINT archives_pkey PRIMARY KEY (stream)
    -- No foreign key: rows of es.streams are never deleted.
);
COMMENT ON TABLE es.archives IS 'streams whose name a copy has taken; inserted only';
COMMENT ON COLUMN es.archives.stream IS 'es.streams.id';
COMMENT ON TABLE es.streams IS 'names of streams; written once per stream, and once more when it becomes an archive';
COMMENT ON TABLE es.tags IS 'what events are about; inserted, and deleted for events of an archive';

-- Whoever reads streams reads these.
DO $$
DECLARE
    reader text;
BEGIN
    FOR reader IN
        SELECT CASE granted.grantee WHEN 0 THEN 'PUBLIC' ELSE granted.grantee::regrole::text END
          FROM pg_class, aclexplode(pg_class.relacl) granted
         WHERE pg_class.oid = 'es.streams'::regclass AND granted.privilege_type = 'SELECT'
    LOOP
        EXECUTE 'GRANT SELECT ON es.archives TO ' || reader;
    END LOOP;
END
$$;
