-- Leans on projections_pkey.
--
-- Notes in $2 whether the rows of the projection $1 are those that are read.
UPDATE es.projections
   SET is_read = $2
 WHERE projections.id = $1;
