-- Rights only, and no triggers: they cost an append nothing, and nobody but the owner can lift them.
-- Run as the owner after each `migrate`; what is granted already stays.
--
-- es_owner migrates, and calls `begin_incarnation`. No service runs as it.
-- es_writer appends and reads. Its history it can neither change nor delete.
-- es_reader reads streams and the log.
GRANT USAGE ON SCHEMA es TO es_writer, es_reader;
GRANT SELECT ON ALL TABLES IN SCHEMA es TO es_writer, es_reader;
GRANT SELECT ON ALL SEQUENCES IN SCHEMA es TO es_writer, es_reader;

-- Whatever holds history. Which log it is and what was migrated is the owner's to say.
GRANT INSERT ON ALL TABLES IN SCHEMA es TO es_writer;
REVOKE INSERT ON es.log, es._migrations FROM es_writer;
-- The next position, and not the last one: to set that takes UPDATE.
GRANT USAGE ON SEQUENCE es.events_position_seq TO es_writer;
