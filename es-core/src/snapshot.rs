//! A state as it was kept, to load it without its whole past.

use std::fmt;

use crate::recorded::RecordedEvent;
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
    /// `state`, folded up to the event at `version` and `position`.
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
}

impl SnapshotPage {
    /// A snapshot and the events after it: for the authors of stores.
    #[must_use]
    pub fn new(snapshot: Option<Snapshot>, events: Vec<RecordedEvent>) -> Self {
        Self { snapshot, events }
    }
}
