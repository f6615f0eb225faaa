//! Progress of writing the tags of stored events, and its errors.

use std::fmt;

use crate::event::decode_error::RecordedDecodeError;
use crate::event::encode_error::EncodeError;
use crate::event::name::EventName;
use crate::store::error::StoreError;
use crate::stream::Position;

/// Progress of a [`retag`](crate::RetagStore::retag).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RetagProgress {
    /// The name of the events whose tags are written.
    pub event: EventName,
    /// The position in the log up to which they are written. Kept by the store: the next call goes
    /// on from here.
    pub through: Position,
    /// The end of what there is to look through.
    pub until: Position,
    /// The number of events that were read in this call.
    pub events: u64,
}

impl fmt::Display for RetagProgress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { event, through, until, events } = self;
        write!(f, "`{event}`: {events} events, position {through} of {until}")
    }
}

/// Result of a [`retag`](crate::RetagStore::retag).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Retagged {
    /// The number of events that were read in this call. Those that were done in a call before are not counted.
    pub events: u64,
}

impl Retagged {
    pub(crate) fn new(events: u64) -> Self {
        Self { events }
    }
}

/// A [`retag`](crate::RetagStore::retag) that did not reach the end. What was written stays, and the next call goes on
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
        /// The position of the event in the log.
        position: Position,
        /// The error of its tags.
        source: EncodeError,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}
