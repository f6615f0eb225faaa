-- Leans on projections_name_version_key.
--
-- As known.sql, all versions of the projection $1. Nobody else changes them until the transaction ends.
SELECT projections.id, projections.state, projections.stopped IS NOT NULL AS is_stopped,
       projections.is_read, projections.is_prepared, projections.keyed_by,
       projections.incarnation, projections.version, projections.has_effects
  FROM es.projections
 WHERE projections.name = $1
 ORDER BY projections.version
   FOR UPDATE;
