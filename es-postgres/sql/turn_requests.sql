-- Leans on request_memory_pkey.
--
-- Has the half $1 take the new answers, which was emptied in this transaction and behind the gate. All answers
-- since the other one began to take them are remembered. The instant is one behind the gate: a transaction that was
-- held up before it would have begun long before the last answers that the other half took.
--
-- The number of the turn is set and not drawn. Of numbers that are drawn, the log of the server is 32 ahead: after
-- a crash the sequence would be beyond the row, and no statement would believe what it sees before the next turn.
UPDATE es.request_memory
   SET half = $1::integer,
       turn = setval('es.request_turns'::regclass,
                     greatest(request_memory.turn, pg_sequence_last_value('es.request_turns'::regclass)) + 1),
       remembered = since, since = clock_timestamp()
 WHERE request_memory.one;
