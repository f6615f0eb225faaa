//! Parked events, and the treatment of events that cannot be handled.

use std::time::Duration;

use super::{ProjectionKey, Slot};
use crate::event::name::EventId;
use crate::event::recorded::RecordedEvent;
use crate::stream::Position;
use crate::timestamp::Timestamp;

/// The treatment of an event that cannot be handled.
///
/// In each case the later events of its key wait behind it, in order, and all other keys go on. An
/// unreachable store is not a failure of an event: the projection then waits until the store is
/// back. A statement that exceeds its time limit, a constraint that is checked at the commit, and a
/// handler that does not end are failures of the event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum OnFailure {
    /// Retries the event after 0.1, 0.2, 0.4 … s, up to a minute, each with a random time of up to
    /// its length added; after `attempts` tries the event stays parked until somebody replays or
    /// drops it.
    Park {
        /// The number of tries, at least one.
        attempts: u32,
    },
    /// Does the same as [`Park`](Self::Park), and then stops the whole projection until it is
    /// resumed.
    Stop {
        /// The number of tries, at least one.
        attempts: u32,
    },
    /// Retries the event for ever.
    Retry,
}

impl OnFailure {
    /// The number of tries by default: about three seconds, with the delays in between.
    pub const ATTEMPTS: u32 = 5;
}

impl Default for OnFailure {
    fn default() -> Self {
        Self::Park { attempts: Self::ATTEMPTS }
    }
}

/// An event on its way into the parked events.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct NewParked {
    /// The slot of the key.
    pub slot: Slot,
    /// The key that orders the event.
    pub key: ProjectionKey,
    /// The event as it is stored.
    pub event: RecordedEvent,
    /// The failure; `None` if the event only waits behind another one of its key.
    pub failure: Option<Failure>,
}

impl NewParked {
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
    /// The delay until it is tried again; `None` if it is parked.
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

/// An event that is parked.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Parked {
    /// The slot of the key.
    pub slot: Slot,
    /// The key that orders the event.
    pub key: ProjectionKey,
    /// The event as it is stored.
    pub event: RecordedEvent,
    /// The error of the last try; none for an event that waits behind another.
    pub error: Option<String>,
    /// The number of tries since it was parked or replayed.
    pub attempts: u32,
    /// The time since which it is parked.
    pub since: Timestamp,
    /// The time of the next try, if there is one.
    pub next_attempt: Option<Timestamp>,
    /// The reason for which it is to be dropped, if somebody asked for that.
    pub dropped: Option<String>,
    /// True if it waits for a node that can read it.
    pub is_unreadable: bool,
    /// The number of events that wait behind it; 0 but where
    /// [the first events of keys](super::ParkedQuery::First) are listed.
    pub behind: u64,
}

impl Parked {
    /// An event that is parked: for the authors of stores.
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
            behind: 0,
        }
    }
}

/// An event that was dropped on request: it is in the log, and its projection has passed it by.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Dropped {
    /// The key that orders the event.
    pub key: ProjectionKey,
    /// The position of the event.
    pub position: Position,
    /// The id of the event.
    pub event: EventId,
    /// The error of its last try, if it was tried.
    pub error: Option<String>,
    /// The reason that was given.
    pub reason: String,
    /// The moment at which it was dropped.
    pub at: Timestamp,
}

impl Dropped {
    /// An event that was dropped: for the authors of stores.
    #[must_use]
    pub fn new(
        key: ProjectionKey,
        position: Position,
        event: EventId,
        reason: String,
        at: Timestamp,
    ) -> Self {
        Self { key, position, event, error: None, reason, at }
    }
}

/// A key whose first event failed, as a list shows it.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ParkedKey {
    /// The key.
    pub key: ProjectionKey,
    /// The event that failed.
    pub position: Position,
    /// The error of its last try.
    pub error: String,
    /// The number of tries since it was parked or replayed.
    pub attempts: u32,
    /// The time since which it is parked.
    pub since: Timestamp,
    /// The time of the next try; `None` if it waits for somebody to act.
    pub next_attempt: Option<Timestamp>,
    /// The number of events that wait behind it.
    pub behind: u64,
    /// True if it waits for a node that can read its first event, which is tried by itself then.
    pub is_unreadable: bool,
}

impl ParkedKey {
    /// The key of an event that is the first one of it.
    #[must_use]
    pub fn of_first(first: Parked) -> Self {
        Self {
            key: first.key,
            position: first.event.position,
            error: first.error.unwrap_or_default(),
            attempts: first.attempts,
            since: first.since,
            next_attempt: first.next_attempt,
            behind: first.behind,
            is_unreadable: first.is_unreadable,
        }
    }
}

/// A choice of the keys with parked events.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ParkedSelector {
    /// One key.
    One(ProjectionKey),
    /// All keys.
    All,
}
