//! Leases on the slots of a projection, and the checkpoint of each slot.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{InHand, ProjectionId, Slot};
use crate::event::name::EventName;
use crate::store::checkpoint::Incarnation;
use crate::stream::Position;

/// A process that runs projections: a fresh id each time it starts.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct NodeId(Uuid);

impl NodeId {
    /// A node that there was not before.
    #[must_use]
    pub fn generate() -> Self {
        Self(Uuid::now_v7())
    }

    /// The id as a UUID.
    #[must_use]
    pub const fn as_uuid(self) -> Uuid {
        self.0
    }
}

impl From<Uuid> for NodeId {
    fn from(id: Uuid) -> Self {
        Self(id)
    }
}

impl fmt::Display for NodeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for NodeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "NodeId({})", self.0)
    }
}

/// The number of times that a slot has changed hands. A commit names the epoch in which its node
/// was given the slot; any other epoch means that the slot belongs to another node by now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Epoch(pub u64);

/// The declaration of a projection, which a projection store registers before the projection is
/// run.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Registration {
    /// The projection and its version.
    pub id: ProjectionId,
    /// The key that orders its events. Two processes that disagree on it would break the order.
    pub keyed_by: String,
    /// The stored names of the events that this release of it reads; empty for all. The version is owed
    /// those of all releases that were ever run.
    pub types: Vec<EventName>,
    /// True if it has side effects.
    pub has_effects: bool,
    /// The position at which it begins if it is new.
    pub start: Position,
    /// The position after which it has side effects, if it is the first version of its name: events
    /// up to here have none. A later version has the effects that no version before it had.
    pub effects_after: Position,
    /// The log that it follows.
    pub incarnation: Incarnation,
    /// The position up to which the log was complete when the version was declared. Events before
    /// it about a stream that was transformed do not concern the version: it sees the copies alone.
    pub log_end: Position,
}

impl Registration {
    /// The projection `id` of the log `incarnation`, by stream, of all events, from the beginning.
    #[must_use]
    pub fn new(id: ProjectionId, incarnation: Incarnation) -> Self {
        Self {
            id,
            keyed_by: "stream".to_owned(),
            types: Vec::new(),
            has_effects: false,
            start: Position::START,
            effects_after: Position::START,
            incarnation,
            log_end: Position::START,
        }
    }

    /// The names that a version is owed from now on, of which `known` are owed already: the rule that
    /// every store keeps when it registers a version again. `None` if nothing is added.
    #[must_use]
    pub fn added_to(&self, known: &[EventName]) -> Option<Vec<EventName>> {
        if known.is_empty()
            || self.types.iter().all(|name| known.contains(name)) && !self.types.is_empty()
        {
            return None;
        }
        if self.types.is_empty() {
            return Some(Vec::new());
        }
        let new = self.types.iter().filter(|name| !known.contains(name));
        Some(known.iter().chain(new).cloned().collect())
    }
}

/// The state of a version of a projection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum VersionState {
    /// The version catches up beside the one that serves, and has no effects.
    Building,
    /// The rows of the version are those that are read.
    Serving,
    /// The version was replaced by another one. Its rows are there until they are dropped; nobody
    /// adds to them.
    Retired,
    /// The version stopped at an event, as it was told to: see
    /// [`OnFailure::Stop`](super::OnFailure::Stop).
    Stopped,
}

/// The answer of the store to the heartbeat of a node.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct HeartbeatReply {
    /// The state of the version. If it is retired or stopped, its nodes release their slots.
    pub state: VersionState,
    /// The log that the version follows.
    pub incarnation: Incarnation,
    /// The position up to which the log was complete when the version was registered.
    pub log_end: Position,
    /// The number of nodes that are alive, this one among them.
    pub nodes: u32,
    /// The number of nodes that share the slots: those that have met the fewest kinds of events that they
    /// [cannot read](Heartbeat::unreadable).
    pub sharing: u32,
    /// True if this node is none of those, and leaves its slots to them.
    pub is_left_behind: bool,
    /// The place of this node among those that share the slots, from 0.
    pub rank: u32,
    /// The slots that it holds, with their epochs.
    pub held: Vec<(Slot, Epoch)>,
    /// The number of slots that no node holds, or that are held by a node whose lease is over.
    pub free: u32,
    /// True if a parked event is due, in a slot that the node holds.
    pub is_due: bool,
}

impl HeartbeatReply {
    /// An answer: for the authors of stores.
    #[must_use]
    pub fn new(state: VersionState, incarnation: Incarnation) -> Self {
        let (log_end, held) = (Position::START, Vec::new());
        Self {
            state,
            incarnation,
            log_end,
            nodes: 1,
            sharing: 1,
            is_left_behind: false,
            rank: 0,
            held,
            free: 0,
            is_due: false,
        }
    }

    /// The number of slots that are this node's fair share: none of a node that is left behind. The shares of
    /// the others differ by one at most and add up to all slots.
    #[must_use]
    pub fn share(&self) -> usize {
        if self.is_left_behind {
            return 0;
        }
        let (slots, nodes) = (u32::from(Slot::COUNT), self.sharing.max(1));
        let share = slots / nodes + u32::from(self.rank < slots % nodes);
        share as usize
    }
}

/// The heartbeat of a node: the sign of life, and what the node reports of itself.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Heartbeat {
    /// The rate of the node, in events a second, lately.
    pub rate: f64,
    /// The error that keeps it from making progress, if there is one.
    pub error: Option<String>,
    /// The event that its handler is busy with.
    pub in_hand: Option<InHand>,
    /// The number of kinds of events, by name and version, that it has met and is too old to read.
    pub unreadable: u32,
}

/// A slot that a node was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Claim {
    /// The slot that was given.
    pub slot: Slot,
    /// The epoch to name when committing.
    pub epoch: Epoch,
    /// The position up to which everything is done.
    pub checkpoint: Position,
    /// The position up to which a version before has had the effects.
    pub effects_after: Position,
}

impl Claim {
    /// A slot at its place: for the authors of stores.
    #[must_use]
    pub fn new(slot: Slot, epoch: Epoch, checkpoint: Position, effects_after: Position) -> Self {
        Self { slot, epoch, checkpoint, effects_after }
    }
}

/// A node that runs a projection: what the calls about leases have in common.
#[derive(Clone, Copy, Debug)]
pub struct Holder<'a> {
    /// The projection that the node runs.
    pub id: &'a ProjectionId,
    /// The process that runs it.
    pub node: NodeId,
    /// The time after which its leases end without a heartbeat, by the clock of the store.
    pub lease: Duration,
}
