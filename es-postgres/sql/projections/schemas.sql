-- Leans on the catalog's index of names of schemas.
--
-- Which of the schemas $1 are there.
SELECT namespace.nspname::text
  FROM pg_catalog.pg_namespace namespace
 WHERE namespace.nspname = ANY ($1::text[]);
