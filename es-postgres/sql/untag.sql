-- Leans on tags_pkey, one probe per tag.
--
-- Events at the positions $1 are found under the tags $2 no more.
DELETE FROM es.tags
 USING unnest((SELECT $1::bigint[]), (SELECT $2::text[])) AS old (position, tag)
 WHERE tags.tag = old.tag AND tags.position = old.position;
