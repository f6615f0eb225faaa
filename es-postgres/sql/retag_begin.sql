-- Leans on event_tags_pkey.
--
-- Appends of the events $1 have to have the tags $2 from now on, and no others. Answers with the position
-- up to which a call before has written all of those that are not complete. The gate is this
-- transaction's own.
WITH gone AS (
    DELETE FROM es.event_tags
     WHERE event_tags.event = ANY ($1::text[]) AND event_tags.tag <> ALL ($2::text[])
),
begun AS (
    INSERT INTO es.event_tags (event, tag, state)
    SELECT event.name, tag.name, 'writing'
      FROM unnest($1::text[]) AS event (name)
     CROSS JOIN unnest($2::text[]) AS tag (name)
    ON CONFLICT (event, tag) DO UPDATE
       SET state = CASE event_tags.state WHEN 'missing' THEN 'writing' ELSE event_tags.state END
    RETURNING state, through
)
SELECT coalesce((SELECT min(begun.through) FROM begun WHERE begun.state = 'writing'), 0) AS through,
       nextval('es.tag_changes'::regclass) AS changes;
