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
