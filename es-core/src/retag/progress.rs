//! How far the tags of stored events are written, and what can go wrong.

use std::fmt;

use crate::error::{EncodeError, RecordedDecodeError, StoreError};
use crate::event::EventName;
use crate::stream::Position;

/// How far a [`retag`](crate::RetagStore::retag) has come.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RetagProgress {
    /// Whose tags are written.
    pub event: EventName,
    /// Up to here in the log they are. Kept by the store: the next call goes on from here.
    pub through: Position,
    /// The end of what there is to look through.
    pub until: Position,
    /// How many events were read in this call.
    pub events: u64,
}

impl fmt::Display for RetagProgress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { event, through, until, events } = self;
        write!(f, "`{event}`: {events} events, position {through} of {until}")
    }
}

/// What a [`retag`](crate::RetagStore::retag) has done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Retagged {
    /// How many events were read in this call. Those that were done in a call before are not counted.
    pub events: u64,
}

impl Retagged {
    pub(crate) fn new(events: u64) -> Self {
        Self { events }
    }
}

/// Why the tags of stored events are not all written. What was written stays, and the next call goes on
/// behind it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RetagError {
    /// A stored event cannot be read.
    #[error(transparent)]
    Decode(Box<RecordedDecodeError>),
    /// A stored event has a value that cannot be that of a tag.
    #[error("the tags of the event at position {position} cannot be written")]
    Tags {
        /// Where it stands.
        position: Position,
        /// What is wrong with them.
        source: EncodeError,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}
