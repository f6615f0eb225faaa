-- Leans on nothing: it writes no row.
--
-- Tells whoever listens that the log has grown to position $1 or beyond. It is a hint, so its commit does
-- not wait for the disk, and it is no part of an append, whose commit would wait for all others that tell.
SELECT set_config('synchronous_commit', 'off', true), pg_notify('es_log', $1);
