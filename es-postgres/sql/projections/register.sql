-- Leans on nothing: it writes a version and its 64 slots.
--
-- The version $2 of the projection $1: $3 state, $4 whether its rows are read, $5 what it is kept in
-- order by, $6 names of its events, $7 whether it has effects, $8 the log, $9 where it begins,
-- $10 up to where the log is complete, $11 up to where it has no effects.
WITH registered AS (
    INSERT INTO es.projections
           (name, version, state, is_read, keyed_by, types, has_effects, incarnation, log_end)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $10)
    RETURNING id
)
INSERT INTO es.leases (projection, slot, checkpoint, effects_after)
SELECT registered.id, slot, $9, $11
  FROM registered, generate_series(0, 63) slot;
