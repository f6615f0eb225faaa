-- Leans on requests_0_pkey and requests_1_pkey.
--
-- The answer to the request $2 within $1, in microseconds since when all answers are remembered, and whether the
-- other half of them may be forgotten, if they are remembered for $3 seconds.
SELECT (extract(epoch FROM memory.remembered) * 1000000)::bigint AS remembered,
       memory.since + $3::bigint * interval '1 second' <= now() AS is_due,
       first.fingerprint, first.answer::text, first.versions
  FROM es.request_memory memory
  LEFT JOIN LATERAL (
           SELECT requests.fingerprint, requests.answer, requests.versions
             FROM es.requests
            WHERE requests.request = $2::text AND requests.scope = $1::text
            LIMIT 1
       ) first ON true;
