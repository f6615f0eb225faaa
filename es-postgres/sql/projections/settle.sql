-- Leans on parked_pkey, and on projections_pkey for what was dropped.
--
-- Events of the projection $1 are done: those of the keys $2 at the positions $3. What somebody wanted
-- dropped is kept with the reason.
WITH settled AS (
    DELETE FROM es.parked
     USING (SELECT * FROM unnest($2::text[], $3::bigint[]) AS given (key, position)) done
     WHERE parked.projection = $1::integer AND parked.key = done.key AND parked.position = done.position
    RETURNING parked.key, parked.position, parked.id, parked.error, parked.dropped
)
INSERT INTO es.dropped (name, version, key, position, event, error, reason)
SELECT projections.name, projections.version, settled.key, settled.position, settled.id,
       settled.error, settled.dropped
  FROM settled
  JOIN es.projections ON projections.id = $1::integer
 WHERE settled.dropped IS NOT NULL
ON CONFLICT (name, version, position, key) DO NOTHING;
