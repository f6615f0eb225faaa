-- Leans on streams_category_key_key for the stream and on events_pkey, one probe per copy, for the time
-- of what it stands for. Adds to tags_pkey.
--
-- Copies for the stream $1/$2, which nobody else can see, after its version $3.
-- Copies, in order: $4 position of what it stands for, $5 id, $6 name, $7 schema version, $8 payload,
-- $9 metadata, $10 tags, one a line; fewer entries than copies where the last have none.
--
-- The transaction has advertised its positions before: the record is in it.
WITH
inserted AS (
    INSERT INTO es.events
           (position, stream, version, recorded_at, id, schema_version, name, payload, metadata)
    SELECT nextval('es.events_position_seq'::regclass), sorted.*
      FROM (SELECT (SELECT streams.id
                      FROM es.streams
                     WHERE streams.category = $1 AND streams.key = $2),
                   $3::bigint + new.nth, original.recorded_at,
                   new.id, new.schema_version, new.name, new.payload::json, new.metadata::json
              FROM unnest((SELECT $4::bigint[]), (SELECT $5::uuid[]), (SELECT $6::text[]),
                          (SELECT $7::integer[]), (SELECT $8::text[]), (SELECT $9::text[]))
                   WITH ORDINALITY
                   AS new (original, id, name, schema_version, payload, metadata, nth)
             CROSS JOIN LATERAL (SELECT events.recorded_at
                                   FROM es.events
                                  WHERE events.position = new.original
                                  LIMIT 1) original
             ORDER BY new.nth) sorted
    RETURNING position, recorded_at
),
-- The positions rise in the order in which the copies were given.
tagged AS (
    INSERT INTO es.tags (position, tag)
    SELECT stored.position, line.tag
      FROM unnest((SELECT array_agg(inserted.position ORDER BY inserted.position) FROM inserted),
                  (SELECT $10::text[])) AS stored (position, tags)
     CROSS JOIN unnest(string_to_array(stored.tags, E'\n')) AS line (tag)
     WHERE stored.position IS NOT NULL
)
SELECT array_agg(inserted.position ORDER BY inserted.position) AS positions,
       max(inserted.recorded_at) AS recorded_at
  FROM inserted;
