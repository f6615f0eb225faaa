-- Leans on projections_name_version_key.
--
-- The version $2 of the projection $1, as it was registered, and what it is doing.
SELECT projections.id, projections.state, projections.stopped IS NOT NULL AS is_stopped,
       projections.is_read, projections.is_prepared, projections.keyed_by,
       projections.incarnation, projections.version, projections.has_effects
  FROM es.projections
 WHERE projections.name = $1 AND projections.version = $2;
