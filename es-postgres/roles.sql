-- Rights only, and no triggers: they cost an append nothing, and nobody but the owner can lift them.
-- Run as the owner after each `migrate`; what is granted already stays. For a store in another schema
-- say its name instead of `es` after SCHEMA and in front of each dot; the roles are called as you like.
--
-- es_owner migrates, calls `begin_incarnation` and transforms streams. No service runs as it.
-- es_writer appends, reads and runs projections. Its history it can neither change nor delete. It
-- makes the schemas of read models, which takes CREATE on the database.
-- es_reader reads streams, the log and how far projections have come.
GRANT USAGE ON SCHEMA es TO es_writer, es_reader;
GRANT SELECT ON ALL TABLES IN SCHEMA es TO es_writer, es_reader;
GRANT SELECT ON ALL SEQUENCES IN SCHEMA es TO es_writer, es_reader;

-- Whatever holds history. Which log it is, what was migrated and what is an archive is the owner's to
-- say.
GRANT INSERT ON ALL TABLES IN SCHEMA es TO es_writer;
REVOKE INSERT ON es.log, es._migrations, es.archives FROM es_writer;
-- The next position, and not the last one: to set that takes UPDATE.
GRANT USAGE ON SEQUENCE es.events_position_seq TO es_writer;
-- Which tags stored events have: found out when a decision first asks, and by `retag`.
GRANT UPDATE, DELETE ON es.event_tags TO es_writer;
GRANT USAGE ON SEQUENCE es.tag_changes TO es_writer;
-- Answers to requests: written once, and forgotten half by half.
REVOKE INSERT ON es.request_memory FROM es_writer;
GRANT TRUNCATE ON es.requests_0, es.requests_1 TO es_writer;
GRANT UPDATE ON es.request_memory TO es_writer;
GRANT UPDATE ON SEQUENCE es.request_turns TO es_writer;
-- What lists show of sagas; the truth is in their streams.
GRANT UPDATE ON es.sagas TO es_writer;
-- Snapshots are a cache: replaced, and dropped where they are too many.
GRANT UPDATE, DELETE ON es.snapshots TO es_writer;
-- How far projections have come, who runs them and what they have parked. What was dropped stays.
GRANT UPDATE, DELETE ON es.projections, es.leases, es.projection_nodes, es.parked TO es_writer;
GRANT EXECUTE ON FUNCTION es.fence, es.guard, es.guard_session, es.guard_inline, es.unguard_inline,
    es.begin_batch, es.end_batch
    TO es_writer;
