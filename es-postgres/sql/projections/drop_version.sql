-- Leans on projections_pkey, leases_pkey, projection_nodes_pkey and parked_pkey.
--
-- Forgets the projection $1.
WITH slots AS (DELETE FROM es.leases WHERE leases.projection = $1),
     nodes AS (DELETE FROM es.projection_nodes nodes WHERE nodes.projection = $1),
     parked AS (DELETE FROM es.parked WHERE parked.projection = $1)
DELETE FROM es.projections
 WHERE projections.id = $1;
