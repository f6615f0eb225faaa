//! A state as it was kept, to load it without its whole past.

use std::fmt;

use crate::event::recorded::RecordedEvent;
use crate::stream::{Position, Version};

/// A hash of the shape of a state: a snapshot of another shape is not read.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fingerprint(pub u64);

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fingerprint({self})")
    }
}

/// A state folded from the first events of a stream, as a store keeps it. Only a cache: whatever is
/// wrong with it, the events are read instead.
///
/// A store keeps with it the id of the event that it ends with. A version and a position come a second
/// time in a log that was restored to an earlier moment, with another event; an id does not.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Snapshot {
    /// The shape of the state.
    pub shape: Fingerprint,
    /// The version of the last event in it.
    pub version: Version,
    /// The position of that event.
    pub position: Position,
    /// The state, as JSON.
    pub state: String,
}

impl Snapshot {
    /// A snapshot of `state`, folded up to the event at `version` and `position`.
    #[must_use]
    pub fn new(shape: Fingerprint, version: Version, position: Position, state: String) -> Self {
        Self { shape, version, position, state }
    }
}

/// A snapshot and what came after it.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct SnapshotPage {
    /// The newest snapshot that was asked for, if there is any.
    pub snapshot: Option<Snapshot>,
    /// The first events after it; without a snapshot, the first events of the stream.
    pub events: Vec<RecordedEvent>,
    /// The reason that none of the stream's snapshots is used, although it has some.
    pub unusable: Option<UnusableSnapshot>,
}

/// The reason that a snapshot is not used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum UnusableSnapshot {
    /// Its state has another shape: the program that wrote it was another one.
    #[error("the snapshots of the stream are of another shape")]
    OtherShape,
    /// The event that it ends with is not in the stream, or another one stands in its place: the events
    /// were restored to an earlier time, or replaced. Or the snapshot does not know that event: it was
    /// ahead of its stream when it was kept, or is of a release that kept no ids.
    #[error("the snapshot ends with an event that the stream does not have")]
    OtherHistory,
}

impl SnapshotPage {
    /// A snapshot and the events after it: for the authors of stores.
    #[must_use]
    pub fn new(snapshot: Option<Snapshot>, events: Vec<RecordedEvent>) -> Self {
        Self { snapshot, events, unusable: None }
    }

    /// The first events of a stream whose snapshots would not do: for the authors of stores.
    #[must_use]
    pub fn without(unusable: UnusableSnapshot, events: Vec<RecordedEvent>) -> Self {
        Self { snapshot: None, events, unusable: Some(unusable) }
    }
}
