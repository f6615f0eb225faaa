-- Leans on projections_name_version_key.
--
-- What the version $2 of the projection $1 is doing, with its schema put in front of the search path
-- $3, or of that of the session, until the transaction ends. And the path as it was.
WITH base AS MATERIALIZED (
    SELECT coalesce($3::text, current_setting('search_path')) AS path
)
SELECT base.path, projections.state,
       set_config('search_path', concat_ws(', ', '"' || $4::text || '"', nullif(base.path, '')), true)
  FROM base, es.projections
 WHERE projections.name = $1 AND projections.version = $2;
