-- Leans on the catalog's index of names of schemas; of what is in one it looks at a few.
--
-- Whether the schema $1 is there, whether it has a table of migrations as the driver makes it, and up to
-- five of the other tables, views, sequences, functions and types in it.
WITH schema AS MATERIALIZED (
    SELECT namespace.oid
      FROM pg_catalog.pg_namespace namespace
     WHERE namespace.nspname = $1::text
),
objects AS (
    SELECT class.relname::text AS name
      FROM schema
      JOIN pg_catalog.pg_class class ON class.relnamespace = schema.oid
     WHERE class.relkind IN ('r', 'p', 'v', 'm', 'S', 'f') AND class.relname <> '_migrations'
     UNION ALL
    SELECT proc.proname::text
      FROM schema
      JOIN pg_catalog.pg_proc proc ON proc.pronamespace = schema.oid
     UNION ALL
    SELECT type.typname::text
      FROM schema
      JOIN pg_catalog.pg_type type ON type.typnamespace = schema.oid
     WHERE type.typtype IN ('e', 'd', 'r')
)
SELECT EXISTS (SELECT FROM schema),
       (SELECT count(*) = 3
          FROM schema
          JOIN pg_catalog.pg_class class
            ON class.relnamespace = schema.oid AND class.relname = '_migrations'
          JOIN pg_catalog.pg_attribute attribute ON attribute.attrelid = class.oid
         WHERE attribute.attname IN ('version', 'description', 'checksum')
           AND NOT attribute.attisdropped),
       ARRAY(SELECT objects.name FROM objects ORDER BY objects.name LIMIT 5);
