-- Leans on tags_pkey, which it adds to.
--
-- The events at the positions $1 carry the tags $2.
INSERT INTO es.tags (position, tag)
SELECT given.position, given.tag
  FROM unnest((SELECT $1::bigint[]), (SELECT $2::text[])) AS given (position, tag);
