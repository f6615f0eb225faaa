-- Leans on events_id_key, one probe per id.
--
-- Which of the ids $1 are in the store.
SELECT found.id
  FROM unnest((SELECT $1::uuid[])) AS given (id)
 CROSS JOIN LATERAL (SELECT events.id FROM es.events WHERE events.id = given.id LIMIT 1) found
 LIMIT 1;
