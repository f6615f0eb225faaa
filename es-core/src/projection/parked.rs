//! What was set aside, so that the rest goes on.

use std::time::Duration;

use super::{ProjectionKey, Slot};
use crate::recorded::RecordedEvent;
use crate::stream::Position;
use crate::timestamp::Timestamp;

/// What becomes of an event that cannot be handled.
///
/// In each case the events of its key wait behind it, in order, and all other keys go on. A store that
/// is away is no failure of an event: there the projection waits until it is back. A time limit of a
/// statement, a rule that speaks at the commit, and a handler that does not end are failures of the event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum OnFailure {
    /// It is tried again after 0.1, 0.2, 0.4 … s, up to a minute, each with a random time of up to its
    /// length added; after `attempts` tries it stays where it is until somebody replays or drops it.
    Park {
        /// How often it is tried, at least once.
        attempts: u32,
    },
    /// As [`Park`](Self::Park), and then the whole projection stops until it is resumed.
    Stop {
        /// How often it is tried, at least once.
        attempts: u32,
    },
    /// It is tried again for ever.
    Retry,
}

impl OnFailure {
    /// How often an event is tried unless told otherwise: with the waiting in between, about three
    /// seconds.
    pub const ATTEMPTS: u32 = 5;
}

impl Default for OnFailure {
    fn default() -> Self {
        Self::Park { attempts: Self::ATTEMPTS }
    }
}

/// An event on its way into what is set aside.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct SetAside {
    /// The slot of the key.
    pub slot: Slot,
    /// What it is kept in order by.
    pub key: ProjectionKey,
    /// The event as it is stored.
    pub event: RecordedEvent,
    /// Why, if it is not there for the sake of one before it.
    pub failure: Option<Failure>,
}

impl SetAside {
    /// An event that failed.
    #[must_use]
    pub fn failed(slot: Slot, key: ProjectionKey, event: RecordedEvent, failure: Failure) -> Self {
        Self { slot, key, event, failure: Some(failure) }
    }

    /// An event behind one that failed.
    #[must_use]
    pub fn behind(slot: Slot, key: ProjectionKey, event: RecordedEvent) -> Self {
        Self { slot, key, event, failure: None }
    }
}

/// A try that failed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Failure {
    /// The error and its causes, in one line.
    pub error: String,
    /// After how long it is tried again; never, if it is parked.
    pub retry_in: Option<Duration>,
    /// True if it was no try at all: the node is too old to read the event, which waits for one that
    /// can.
    pub is_unreadable: bool,
}

impl Failure {
    /// A try that failed with `error`.
    #[must_use]
    pub fn new(error: String, retry_in: Option<Duration>) -> Self {
        Self { error, retry_in, is_unreadable: false }
    }

    /// An event that the node is too old to read. It does not count as a try, and nodes that can read
    /// the event try it as soon as they hold its slot.
    #[must_use]
    pub fn unreadable(error: String) -> Self {
        Self { error, retry_in: None, is_unreadable: true }
    }
}

/// An event that is set aside.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Parked {
    /// The slot of the key.
    pub slot: Slot,
    /// What it is kept in order by.
    pub key: ProjectionKey,
    /// The event as it is stored.
    pub event: RecordedEvent,
    /// The error of the last try; none for an event that waits behind another.
    pub error: Option<String>,
    /// How often it was tried since it was set aside or replayed.
    pub attempts: u32,
    /// Since when.
    pub since: Timestamp,
    /// When it is tried again, if it is.
    pub next_attempt: Option<Timestamp>,
    /// Why somebody wants it dropped, if somebody does.
    pub dropped: Option<String>,
    /// True if it waits for a node that can read it.
    pub is_unreadable: bool,
}

impl Parked {
    /// An event that is set aside: for the authors of stores.
    #[must_use]
    pub fn new(slot: Slot, key: ProjectionKey, event: RecordedEvent, since: Timestamp) -> Self {
        Self {
            slot,
            key,
            event,
            error: None,
            attempts: 0,
            since,
            next_attempt: None,
            dropped: None,
            is_unreadable: false,
        }
    }
}

/// A key whose first event failed, as a list shows it.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ParkedKey {
    /// Which key.
    pub key: ProjectionKey,
    /// The event that failed.
    pub position: Position,
    /// The error of its last try.
    pub error: String,
    /// How often it was tried since it was set aside or replayed.
    pub attempts: u32,
    /// Since when.
    pub since: Timestamp,
    /// When it is tried again; none if it waits for somebody.
    pub next_attempt: Option<Timestamp>,
    /// How many events wait behind it.
    pub behind: u64,
    /// True if it waits for a node that can read its first event, which is tried by itself then.
    pub is_unreadable: bool,
}

impl ParkedKey {
    /// A key in a list: for the authors of stores.
    #[must_use]
    pub fn new(key: ProjectionKey, position: Position, error: String, since: Timestamp) -> Self {
        let (next_attempt, behind, is_unreadable) = (None, 0, false);
        Self { key, position, error, attempts: 1, since, next_attempt, behind, is_unreadable }
    }
}

/// Which of the keys that are set aside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Keys {
    /// One.
    One(ProjectionKey),
    /// All.
    All,
}
