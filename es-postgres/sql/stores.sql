-- Leans on the catalog's index of names of tables.
--
-- The schemas of all stores in this database.
SELECT namespace.nspname::text
  FROM pg_catalog.pg_class class
  JOIN pg_catalog.pg_namespace namespace ON namespace.oid = class.relnamespace
 WHERE class.relname = 'events_position_seq' AND class.relkind = 'S';
