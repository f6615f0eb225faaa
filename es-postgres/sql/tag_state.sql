-- Leans on event_tags_pkey.
--
-- Writes down, once, that the tag $2 of the event $1 is in the state $3. Where appends have to have it
-- from now on, the gate is this transaction's own.
WITH told AS (
    INSERT INTO es.event_tags (event, tag, state)
    VALUES ($1::text, $2::text, $3::text)
    ON CONFLICT (event, tag) DO NOTHING
    RETURNING state
)
SELECT nextval('es.tag_changes'::regclass)
  FROM told
 WHERE told.state = 'complete';
