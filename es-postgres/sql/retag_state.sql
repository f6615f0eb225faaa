-- Leans on event_tags_pkey.
--
-- Of the events $1 the tags $2, which are being written, are written up to position $3; or all of them, if
-- that is null.
UPDATE es.event_tags
   SET through = greatest(event_tags.through, coalesce($3::bigint, event_tags.through)),
       state = CASE WHEN $3::bigint IS NULL THEN 'complete' ELSE event_tags.state END
 WHERE event_tags.event = ANY ($1::text[]) AND event_tags.tag = ANY ($2::text[])
   AND event_tags.state = 'writing';
