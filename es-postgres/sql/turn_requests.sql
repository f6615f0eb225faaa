-- Leans on request_memory_pkey.
--
-- Has the half $1 take the new answers, which was emptied in this transaction and behind the gate. All answers
-- since the other one began to take them are remembered.
UPDATE es.request_memory
   SET half = $1::integer, turn = nextval('es.request_turns'::regclass), remembered = since, since = now()
 WHERE request_memory.one;
