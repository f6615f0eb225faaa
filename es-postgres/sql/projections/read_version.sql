-- Leans on projections_is_read_key.
--
-- As known.sql, the version of the projection $1 whose rows are read.
SELECT projections.id, projections.state, projections.stopped IS NOT NULL AS is_stopped,
       projections.is_read, projections.is_prepared, projections.keyed_by,
       projections.incarnation, projections.version, projections.has_effects
  FROM es.projections
 WHERE projections.name = $1 AND projections.is_read;
