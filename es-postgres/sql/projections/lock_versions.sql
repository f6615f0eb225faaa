-- Leans on projections_name_version_key.
--
-- Locks all versions of the projection $1. Nobody else changes them until the transaction ends, and a node
-- that is given a slot waits as well.
SELECT projections.version
  FROM es.projections
 WHERE projections.name = $1
 ORDER BY projections.version
   FOR UPDATE;
