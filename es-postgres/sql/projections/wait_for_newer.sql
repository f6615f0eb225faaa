-- Leans on projections_name_version_key for the version and on parked_is_first_idx for its keys.
--
-- Releases that know no is_unreadable count what they are too old to read as a failure and give it up. Of
-- those events in the slots $3 of version $2 of the projection $1 each waits for a node that can read it
-- instead. A release that does know it has said so with the row, so the text finds rows of the others alone,
-- and theirs does not change any more. In the order of the keys, as everybody who waits for several.
WITH given_up AS MATERIALIZED (
    SELECT parked.projection, parked.key, parked.position
      FROM es.projections
      JOIN es.parked ON parked.projection = projections.id
     WHERE projections.name = $1 AND projections.version = $2
       AND parked.is_first AND parked.slot = ANY ($3::smallint[])
       AND NOT parked.is_unreadable AND parked.due IS NULL
       AND parked.error ~ '^cannot read the event at version \d+ of stream .* \(position \d+\): (unknown event `|event `.*` has no version \d+$)'
     ORDER BY parked.key
       FOR UPDATE OF parked
)
UPDATE es.parked
   SET is_unreadable = true, attempts = 0
  FROM given_up
 WHERE parked.projection = given_up.projection AND parked.key = given_up.key
   AND parked.position = given_up.position;
