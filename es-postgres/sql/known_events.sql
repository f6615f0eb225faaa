-- Leans on events_id_key, one probe per id, and on streams_pkey for the name of each one's stream.
--
-- Which of the ids $1 are in the store, and where, in the order of the ids.
SELECT stored.id, named.category, named.key, stored.version, stored.position, stored.recorded_at
  FROM unnest((SELECT $1::uuid[])) WITH ORDINALITY AS given (id, nth)
 CROSS JOIN LATERAL (SELECT events.id, events.stream, events.version, events.position, events.recorded_at
                       FROM es.events
                      WHERE events.id = given.id
                      LIMIT 1) stored
 CROSS JOIN LATERAL (SELECT streams.category, streams.key
                       FROM es.streams
                      WHERE streams.id = stored.stream
                      LIMIT 1) named
 ORDER BY given.nth;
