-- Leans on the catalog's index of names in a schema.
--
-- The tables in the schema $1; of one with partitions only the whole.
SELECT class.relname::text, format('%I.%I', namespace.nspname, class.relname)
  FROM pg_catalog.pg_namespace namespace
  JOIN pg_catalog.pg_class class ON class.relnamespace = namespace.oid
 WHERE namespace.nspname = $1
   AND class.relkind IN ('r', 'p') AND NOT class.relispartition
 ORDER BY class.relname;
