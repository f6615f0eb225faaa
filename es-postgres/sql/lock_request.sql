-- Leans on no table.
--
-- Takes the lock of the request $2 within $1 until the transaction ends, which whoever answers it has. Waits
-- for it if $3 says so; otherwise answers whether it was free.
SELECT CASE WHEN $3::boolean
            THEN pg_advisory_xact_lock(1163067397, hashtext($1::text || '/' || $2::text)) IS NOT NULL
            ELSE pg_try_advisory_xact_lock(1163067397, hashtext($1::text || '/' || $2::text))
       END AS taken;
