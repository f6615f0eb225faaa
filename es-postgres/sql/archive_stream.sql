-- Leans on streams_category_key_key for the stream.
--
-- From here on the stream $1/$2 is called $3/$2. An append that found it under its old name before
-- runs into the record, which has the version that it would take.
WITH renamed AS (
    UPDATE es.streams
       SET category = $3
     WHERE category = $1 AND key = $2
    RETURNING id
)
INSERT INTO es.archives (stream)
SELECT renamed.id
  FROM renamed;
