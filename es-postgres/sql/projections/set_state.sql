-- Leans on projections_pkey.
--
-- The projection $1 is in the state $2 from now on; $3 whether its rows are read.
UPDATE es.projections
   SET state = $2, is_read = $3
 WHERE projections.id = $1;
