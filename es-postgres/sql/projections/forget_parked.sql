-- Leans on parked_pkey.
--
-- Nothing of the projection $1 is parked any more.
DELETE FROM es.parked
 WHERE parked.projection = $1;
