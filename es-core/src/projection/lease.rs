//! Who runs which slots of a projection, for how long, and how far each has come.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{InHand, ProjectionId, Slot};
use crate::checkpoint::Incarnation;
use crate::event::EventName;
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

/// How often a slot has changed hands. Whoever commits names the one that it was given; another one
/// means that the slot is somebody else's by now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Epoch(pub u64);

/// What a projection store has to know of a projection before it is run.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Registration {
    /// Which projection, in which version.
    pub id: ProjectionId,
    /// What its events are kept in order by. Two processes that disagree would not keep any.
    pub keyed_by: String,
    /// The stored names of the events that this release of it reads; empty for all. The version is owed
    /// those of all releases that were ever run.
    pub types: Vec<EventName>,
    /// Whether it has effects.
    pub has_effects: bool,
    /// Where it begins if it is new.
    pub start: Position,
    /// Where it has effects, if it is the first version of its name: of no event up to here. A later
    /// version has those that no version before it had.
    pub effects_after: Position,
    /// The log that it follows.
    pub incarnation: Incarnation,
    /// Up to here the log was complete when the version was declared. What stands before this about a
    /// stream that was transformed says nothing to it: it sees the copies alone.
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

/// What a version of a projection is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum VersionState {
    /// It catches up beside the version that serves, and has no effects.
    Building,
    /// Its rows are those that are read.
    Serving,
    /// Another version took its place. Its rows are there until they are dropped; nobody adds to them.
    Retired,
    /// It stopped at an event, as it was told to: see [`OnFailure::Stop`](super::OnFailure::Stop).
    Stopped,
}

/// What a node is told when it says that it is alive.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Beat {
    /// What the version is doing. A node of one that is retired or stopped lets its slots go.
    pub state: VersionState,
    /// The log that the version follows.
    pub incarnation: Incarnation,
    /// Up to where the log was complete when the version became known.
    pub log_end: Position,
    /// How many nodes are alive, this one among them.
    pub nodes: u32,
    /// The number of nodes that share the slots: those that have met the fewest kinds of events that they
    /// [cannot read](Pulse::unreadable).
    pub sharing: u32,
    /// True if this node is none of those, and leaves its slots to them.
    pub is_left_behind: bool,
    /// The place of this node among those that share the slots, from 0.
    pub rank: u32,
    /// The slots that it holds, with their epochs.
    pub held: Vec<(Slot, Epoch)>,
    /// How many slots nobody holds, or held by a node whose lease is over.
    pub free: u32,
    /// Whether something that was set aside is due, in a slot that it holds.
    pub is_due: bool,
}

impl Beat {
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

/// What a node tells of itself when it says that it is alive.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Pulse {
    /// Events a second, lately.
    pub rate: f64,
    /// Why it does not come on, if it does not.
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
    /// Which.
    pub slot: Slot,
    /// What to name when committing.
    pub epoch: Epoch,
    /// Everything up to here is done.
    pub checkpoint: Position,
    /// Effects of events up to here were had by a version before.
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
    /// Which projection.
    pub id: &'a ProjectionId,
    /// Which process.
    pub node: NodeId,
    /// How long its leases last if it is not heard of, by the clock of the store.
    pub lease: Duration,
}
