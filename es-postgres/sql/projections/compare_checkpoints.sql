-- Leans on leases_pkey.
--
-- Whether every slot of the projection $1 has come as far as that of the projection $2; where they are
-- not made of the same key, which $3 says, as far as any of them.
SELECT coalesce(bool_and(CASE WHEN $3::boolean THEN new.checkpoint >= read.checkpoint
                              ELSE new.checkpoint >= greatest.checkpoint
                         END), false)
  FROM es.leases new
  JOIN es.leases read ON read.projection = $2::integer AND read.slot = new.slot
 CROSS JOIN (SELECT max(leases.checkpoint) AS checkpoint
               FROM es.leases
              WHERE leases.projection = $2::integer) greatest
 WHERE new.projection = $1::integer;
