-- Leans on parked_pkey, which keeps an event from being parked twice.
--
-- Parks events of the projection $1, in order: $2 slot, $3 key, $4 position, $5 version,
-- $6 when it was recorded, in microseconds since 1970, $7 id, $8 schema version, $9 name, $10 payload,
-- $11 metadata, $12 category, $13 key of the stream, $14 error, $15 milliseconds until it is tried
-- again, $16 whether the node is too old to read it, which is no try. Days are added where no clock is put forward.
INSERT INTO es.parked
       (projection, slot, key, position, version, recorded_at, id, schema_version, name, payload,
        metadata, category, stream_key, error, due, attempts, is_unreadable)
SELECT $1::integer, new.slot, new.key, new.position, new.version,
       (timestamp 'epoch' + new.micros / 86400000000 * interval '1 day'
                          + new.micros % 86400000000 * interval '1 microsecond') AT TIME ZONE 'UTC',
       new.id, new.schema_version, new.name, new.payload::json, new.metadata::json, new.category,
       new.stream_key, new.error, statement_timestamp() + new.wait * interval '1 millisecond',
       CASE WHEN new.error IS NULL OR new.is_unreadable THEN 0 ELSE 1 END, new.is_unreadable
  FROM unnest($2::smallint[], $3::text[], $4::bigint[], $5::bigint[], $6::bigint[], $7::uuid[],
              $8::integer[], $9::text[], $10::text[], $11::text[], $12::text[], $13::text[],
              $14::text[], $15::bigint[], $16::boolean[])
       AS new (slot, key, position, version, micros, id, schema_version, name, payload, metadata,
               category, stream_key, error, wait, is_unreadable)
ON CONFLICT (projection, key, position) DO NOTHING;
