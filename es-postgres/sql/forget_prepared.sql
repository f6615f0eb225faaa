-- Leans on no index: what a session has prepared is in its memory. Names of others are left alone: a pooler
-- that keeps prepared statements itself gives its own.
DO $$
DECLARE
    prepared text;
BEGIN
    FOR prepared IN
        SELECT name FROM pg_catalog.pg_prepared_statements
         WHERE pg_catalog.starts_with(name, 'sqlx_s_')
    LOOP
        EXECUTE pg_catalog.format('DEALLOCATE %I', prepared);
    END LOOP;
END
$$
