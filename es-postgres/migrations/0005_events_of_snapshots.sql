-- The id of the event that a snapshot ends with. After a restore of the events alone, version and position
-- come a second time with another event; an id does not.
ALTER TABLE es.snapshots ADD COLUMN event uuid;
COMMENT ON COLUMN es.snapshots.event IS 'id of the last event in the state; without it, or with another one, the snapshot is not read';
COMMENT ON COLUMN es.snapshots.position IS 'of the last event in the state';
-- A cache: those that know no event are not read, and are written anew by the next commands.
TRUNCATE es.snapshots;
