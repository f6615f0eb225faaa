-- Leans on leases_pkey.
--
-- The slots $2 of the projection $1 have no effects of events up to the positions $3. For a version whose
-- slots nobody holds.
UPDATE es.leases
   SET effects_after = had.position
  FROM (SELECT * FROM unnest($2::smallint[], $3::bigint[]) AS given (slot, position)) had
 WHERE leases.projection = $1 AND leases.slot = had.slot;
