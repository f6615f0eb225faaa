-- The transaction of a batch is the framework's: a cursor WITH HOLD over this function is open in it as
-- long as handlers have the connection. A COMMIT has the server run such a cursor to its end first, so it
-- fails, and keeps nothing. The framework closes the cursor before its own.
CREATE FUNCTION es.guard(projection text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a handler of `%` tried to commit its batch, and nothing was kept: the transaction is the framework''s',
                    projection
          USING ERRCODE = 'ES002',
                HINT = 'write neither COMMIT nor ROLLBACK; `db.begin()` of sqlx begins a savepoint here';
END
$$;

COMMENT ON FUNCTION es.guard IS 'fails a commit that is not the framework''s';

-- The event that a node has in hand, so that one that does not end can be named.
ALTER TABLE es.projection_nodes
    ADD COLUMN hand_position bigint,
    ADD COLUMN hand_event    text,
    ADD COLUMN hand_stream   text,
    ADD COLUMN hand_micros   bigint;

COMMENT ON COLUMN es.projection_nodes.hand_position IS 'the event in hand';
COMMENT ON COLUMN es.projection_nodes.hand_micros IS 'since when, in microseconds since 1970 by the node''s clock';

-- Statements name their tables without a schema, so rows go elsewhere once a handler has changed these.
CREATE FUNCTION es.guard_session(path text, role text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('search_path') <> path OR current_setting('role') <> role THEN
        RAISE EXCEPTION 'a handler left search_path or role changed'
              USING ERRCODE = 'ES003',
                    HINT = 'set them back, or name the schema in the statement';
    END IF;
END
$$;

COMMENT ON FUNCTION es.guard_session IS 'fails a commit of rows that went elsewhere';

-- The same for handlers that are a part of an append: the guard is put up when they are handed the
-- transaction, and taken down after them.
CREATE FUNCTION es.guard_inline(projection text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('DECLARE es_guard_inline NO SCROLL CURSOR WITH HOLD FOR SELECT es.guard(%L)', projection);
END
$$;

-- Constraints that are deferred are looked at, so that their failure is that of the handlers, and are
-- deferred still. Then the search path is what it was.
CREATE FUNCTION es.unguard_inline(inside text, role text, base text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    BEGIN
        SET CONSTRAINTS ALL IMMEDIATE;
        RAISE EXCEPTION USING ERRCODE = 'ES004';
    EXCEPTION WHEN SQLSTATE 'ES004' THEN
        NULL;
    END;
    EXECUTE 'CLOSE es_guard_inline';
    PERFORM es.guard_session(inside, role);
    PERFORM set_config('search_path', base, true);
END
$$;

COMMENT ON FUNCTION es.guard_inline IS 'keeps handlers from committing the append that they are a part of';
COMMENT ON FUNCTION es.unguard_inline IS 'takes the guard down, once what they wrote can be kept';

-- The two ends of a batch, as functions: the plans of what is in them are kept by the session, and these
-- statements are a good part of what a batch of one event costs.
--
-- Sets the search path of the version to where its rows are at this moment. Temporary tables of the session
-- come last: where the path does not name them they would come first, and take the rows of tables of the
-- same name. A handler that is broken off within a statement leaves it behind: the server ends it as soon as
-- it sees that the connection is gone, where it can (PostgreSQL 14, and not on Windows).
--
-- Leans on projections_name_version_key.
CREATE FUNCTION es.begin_batch(
    name           text,
    version        bigint,
    path_if_read   text,
    path_otherwise text,
    OUT id           integer,
    OUT state        text,
    OUT is_stopped   boolean,
    OUT is_prepared  boolean,
    OUT is_read      boolean,
    OUT path         text,
    OUT role         text,
    OUT is_read_only boolean
) RETURNS SETOF record LANGUAGE plpgsql AS $$
BEGIN
    SELECT known.id, known.state, known.stopped IS NOT NULL, known.is_prepared, known.is_read
      INTO begin_batch.id, begin_batch.state, begin_batch.is_stopped, begin_batch.is_prepared,
           begin_batch.is_read
      FROM es.projections known
     WHERE known.name = begin_batch.name AND known.version = begin_batch.version;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    begin_batch.path := set_config(
        'search_path',
        concat_ws(', ', CASE WHEN begin_batch.is_read THEN path_if_read ELSE path_otherwise END,
                        nullif(current_setting('search_path'), ''), 'pg_temp'),
        true);
    begin_batch.path := quote_literal(begin_batch.path);
    begin_batch.role := quote_literal(current_setting('role'));
    begin_batch.is_read_only := current_setting('default_transaction_read_only') = 'on';
    IF current_setting('client_connection_check_interval', true) = '0'
       AND version() ~* 'linux|apple|darwin|bsd' THEN
        PERFORM set_config('client_connection_check_interval', '100', true);
    END IF;
    RETURN NEXT;
END
$$;

-- Notes how far the slots of a node have come, if all of them are still its own. Leans on leases_pkey.
CREATE FUNCTION es.end_batch(
    all_slots   integer,
    projection  integer,
    node        uuid,
    slots       smallint[],
    epochs      bigint[],
    checkpoints bigint[]
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    moved bigint := 0;
BEGIN
    PERFORM es.fence(pg_try_advisory_xact_lock_shared(all_slots, end_batch.projection));
    -- One slot is planned and found faster than a list of one.
    IF cardinality(slots) = 1 THEN
        UPDATE es.leases
           SET checkpoint = checkpoints[1]
         WHERE leases.projection = end_batch.projection AND leases.slot = slots[1]
           AND leases.owner = node AND leases.epoch = epochs[1];
        GET DIAGNOSTICS moved = ROW_COUNT;
    ELSIF cardinality(slots) > 1 THEN
        UPDATE es.leases
           SET checkpoint = done.checkpoint
          FROM unnest(slots, epochs, checkpoints) AS done (slot, epoch, checkpoint)
         WHERE leases.projection = end_batch.projection AND leases.slot = done.slot
           AND leases.owner = node AND leases.epoch = done.epoch;
        GET DIAGNOSTICS moved = ROW_COUNT;
    END IF;
    IF moved <> cardinality(slots) THEN
        PERFORM es.fence(false);
    END IF;
END
$$;

COMMENT ON FUNCTION es.begin_batch IS 'sets the search path of a batch, and says what its version is doing';
COMMENT ON FUNCTION es.end_batch IS 'notes how far slots have come, in the transaction of their batch';
