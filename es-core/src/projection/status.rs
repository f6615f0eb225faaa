//! What a version of a projection has come to, as the store knows it.

use super::{Epoch, InHand, NodeId, ProjectionId, Slot, Unreadable, VersionState};
use crate::checkpoint::Incarnation;
use crate::event::EventName;
use crate::stream::Position;
use crate::timestamp::Timestamp;

/// A version of a projection, its slots and its nodes, at one moment.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct VersionStatus {
    /// Which projection, in which version.
    pub id: ProjectionId,
    /// What it is doing.
    pub state: VersionState,
    /// Why it stopped, if it did.
    pub stopped: Option<String>,
    /// The log that it follows.
    pub incarnation: Incarnation,
    /// The stored names of the events that it reads; empty for all.
    pub types: Vec<EventName>,
    /// Since when it is known.
    pub since: Timestamp,
    /// All 64, rising.
    pub slots: Vec<SlotStatus>,
    /// Those that are alive.
    pub nodes: Vec<NodeStatus>,
    /// Of how many keys something is set aside.
    pub parked_keys: u64,
    /// How many events are set aside.
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
            types: Vec::new(),
            since,
            slots: Vec::new(),
            nodes: Vec::new(),
            parked_keys: 0,
            parked_events: 0,
            unreadable: Vec::new(),
        }
    }

    /// Everything up to here is done, or set aside, in every slot.
    #[must_use]
    pub fn position(&self) -> Position {
        self.slots.iter().map(|slot| slot.checkpoint).min().unwrap_or(Position::START)
    }
}

/// One slot of a version.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct SlotStatus {
    /// Which.
    pub slot: Slot,
    /// Who holds it, if somebody does.
    pub owner: Option<NodeId>,
    /// How often it has changed hands.
    pub epoch: Epoch,
    /// Everything up to here is done, or set aside.
    pub checkpoint: Position,
    /// Of how many keys something is set aside.
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
    /// Which.
    pub node: NodeId,
    /// How long its lease lasts if it is not heard of.
    pub alive_until: Timestamp,
    /// Events a second, lately.
    pub rate: f64,
    /// Why it does not come on, if it does not.
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
