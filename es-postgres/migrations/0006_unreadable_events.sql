-- Events that a node is too old to read wait for a node that can: they are no failures, and are tried
-- by themselves as soon as such a node holds their slot.
-- In the order of a heartbeat, so that none of them is met half way.
LOCK TABLE es.projection_nodes, es.parked IN ACCESS EXCLUSIVE MODE;
ALTER TABLE es.parked ADD COLUMN is_unreadable boolean NOT NULL DEFAULT false;
-- What waits for a newer node. Empty but for the time of a deployment.
CREATE INDEX parked_unreadable_idx ON es.parked (projection, slot, key) WHERE is_first AND is_unreadable;

-- The number of kinds of events that a node has met and cannot read: those with the fewest share the
-- slots.
ALTER TABLE es.projection_nodes ADD COLUMN unreadable integer NOT NULL DEFAULT 0;

COMMENT ON COLUMN es.parked.is_unreadable IS 'whether it waits for a node that can read it';
COMMENT ON COLUMN es.projection_nodes.unreadable IS 'kinds of events that it has met and cannot read';
COMMENT ON INDEX es.parked_unreadable_idx IS 'what waits for a node that can read it';
