-- Leans on request_memory_pkey.
--
-- The half of the answers that may be forgotten, if they are remembered for $1 seconds; none if no one may yet.
SELECT (1 - request_memory.half)::integer AS half
  FROM es.request_memory
 WHERE request_memory.one AND request_memory.since + $1::bigint * interval '1 second' <= now();
