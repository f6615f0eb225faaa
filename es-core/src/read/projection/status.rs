//! Status of a version of a projection, as the store knows it.

use super::{Epoch, InHand, NodeId, ProjectionId, Slot, Unreadable, VersionState};
use crate::event::name::EventName;
use crate::store::checkpoint::Incarnation;
use crate::stream::Position;
use crate::timestamp::Timestamp;

/// A version of a projection, its slots and its nodes, at one moment.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct VersionStatus {
    /// The projection and its version.
    pub id: ProjectionId,
    /// The state of the version.
    pub state: VersionState,
    /// The reason that it stopped, if it did.
    pub stopped: Option<String>,
    /// The log that it follows.
    pub incarnation: Incarnation,
    /// True if its rows are those that are read. It is retired already while the version that takes its
    /// place comes as far.
    pub is_read: bool,
    /// The key that orders its events.
    pub keyed_by: String,
    /// The stored names of the events that it reads; empty for all.
    pub types: Vec<EventName>,
    /// The time at which the version was registered.
    pub since: Timestamp,
    /// The 64 slots, rising.
    pub slots: Vec<SlotStatus>,
    /// The nodes that are alive.
    pub nodes: Vec<NodeStatus>,
    /// The number of keys with parked events.
    pub parked_keys: u64,
    /// The number of parked events.
    pub parked_events: u64,
    /// The kinds of events that wait for a node that can read them, in the order of their names.
    pub unreadable: Vec<Unreadable>,
}

impl VersionStatus {
    /// A version without slots and nodes: for the authors of stores.
    #[must_use]
    pub fn new(
        id: ProjectionId,
        state: VersionState,
        incarnation: Incarnation,
        since: Timestamp,
    ) -> Self {
        Self {
            id,
            state,
            stopped: None,
            incarnation,
            is_read: false,
            keyed_by: String::new(),
            types: Vec::new(),
            since,
            slots: Vec::new(),
            nodes: Vec::new(),
            parked_keys: 0,
            parked_events: 0,
            unreadable: Vec::new(),
        }
    }

    /// Returns the position up to which everything is done, or parked, in every slot.
    #[must_use]
    pub fn position(&self) -> Position {
        self.slots.iter().map(|slot| slot.checkpoint).min().unwrap_or(Position::START)
    }
}

/// The status of one slot of a version.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct SlotStatus {
    /// The slot.
    pub slot: Slot,
    /// The node that holds it, if one does.
    pub owner: Option<NodeId>,
    /// The number of times that it has changed hands.
    pub epoch: Epoch,
    /// The position up to which everything is done, or parked.
    pub checkpoint: Position,
    /// The number of keys with parked events.
    pub parked_keys: u64,
}

impl SlotStatus {
    /// A slot that nobody holds: for the authors of stores.
    #[must_use]
    pub fn new(slot: Slot, epoch: Epoch, checkpoint: Position) -> Self {
        Self { slot, owner: None, epoch, checkpoint, parked_keys: 0 }
    }
}

/// A node that runs a version.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct NodeStatus {
    /// The node.
    pub node: NodeId,
    /// The time until which its leases last without a heartbeat.
    pub alive_until: Timestamp,
    /// The rate of the node, in events a second, lately.
    pub rate: f64,
    /// The error that keeps it from making progress, if there is one.
    pub error: Option<String>,
    /// The event that its handler was busy with when it was last heard of.
    pub in_hand: Option<InHand>,
}

impl NodeStatus {
    /// A node that is alive: for the authors of stores.
    #[must_use]
    pub fn new(node: NodeId, alive_until: Timestamp) -> Self {
        Self { node, alive_until, rate: 0.0, error: None, in_hand: None }
    }
}
