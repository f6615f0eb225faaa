-- Leans on projections_name_version_key.
--
-- What the version $2 of the projection $1 is doing, with its schema $3 put in front of the search path
-- until the transaction ends, and temporary tables at its end, and the guard put up that keeps its
-- handlers from committing. The path as it was, and path and role as they are now.
WITH base AS MATERIALIZED (
    SELECT current_setting('search_path') AS path
)
SELECT base.path, projections.state,
       set_config('search_path',
                  concat_ws(', ', '"' || $3::text || '"', nullif(base.path, ''), 'pg_temp'), true),
       current_setting('role'), es.guard_inline(projections.name || ' v' || projections.version)
  FROM base, es.projections
 WHERE projections.name = $1 AND projections.version = $2;
