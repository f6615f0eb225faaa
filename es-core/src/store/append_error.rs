//! Errors of appends.

use crate::event::name::EventId;
use crate::store::error::StoreError;
use crate::store::request::AnsweredRequest;
use crate::store::retag::LacksTag;
use crate::stream::{ExpectedVersion, Position, StreamId, Version};
use crate::timestamp::Timestamp;

/// The error of an append that stored nothing; after [`Unavailable`](crate::StoreErrorKind::Unavailable) that is
/// unknown.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AppendError {
    /// A stream is not at its expected version.
    #[error(transparent)]
    Conflict(#[from] Conflict),
    /// An event of that id is in the store already, but not as a part of this append: other events
    /// of the append are missing, or are in another stream or in another order.
    #[error("an event with id {id} is in the store already, and not as a part of this append")]
    DuplicateEvent {
        /// The id that is taken.
        id: EventId,
    },
    /// An event that the decision has not seen matches the append's condition.
    #[error(transparent)]
    Condition(#[from] ConditionFailed),
    /// The [request](crate::Append::with_request) of the append has its answer already, which is here.
    #[error("the request of the append has its answer already")]
    Answered(Box<AnsweredRequest>),
    /// An event lacks a tag that all stored ones of its name have: a later release has added it.
    #[error(transparent)]
    LacksTag(#[from] LacksTag),
    /// An imported event is older than the last one of its stream.
    #[error(
        "an imported event of {at} cannot follow the last event of stream `{stream}`, which is of {last}: \
         time never goes back along a stream; import the older events first"
    )]
    TimeGoesBack {
        /// The stream of the event.
        stream: StreamId,
        /// The instant of the imported event; of several, the first.
        at: Timestamp,
        /// The instant of the last event that the stream has.
        last: Timestamp,
    },
    /// An imported event has an instant that is in the future by the store's clock.
    #[error(
        "an imported event of stream `{stream}` is of {at}, which is yet to come by the store's clock"
    )]
    TimeToCome {
        /// The stream of the event.
        stream: StreamId,
        /// The instant of the imported event; of several, the last.
        at: Timestamp,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A version conflict: the stream is not at the version that the append expected.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("stream `{stream}` is at version {actual}, expected {expected}")]
#[non_exhaustive]
pub struct Conflict {
    /// The stream; of several, the first in the order of the append.
    pub stream: StreamId,
    /// The version that the append expected.
    pub expected: ExpectedVersion,
    /// The version that the stream was at.
    pub actual: Version,
}

impl Conflict {
    /// The conflict over `stream`: for the authors of stores.
    #[must_use]
    pub fn new(stream: StreamId, expected: ExpectedVersion, actual: Version) -> Self {
        Self { stream, expected, actual }
    }
}

/// A failed append condition: an event that the decision has not seen matches it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the event at position {position} matches the condition of the append")]
#[non_exhaustive]
pub struct ConditionFailed {
    /// The position of such an event; of several, any.
    pub position: Position,
}

impl ConditionFailed {
    /// The failure because of the event at `position`: for the authors of stores.
    #[must_use]
    pub fn new(position: Position) -> Self {
        Self { position }
    }
}

/// An append that no store can take.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidAppend {
    /// The append names no stream.
    #[error("the append names no stream; give it at least one part")]
    NoStream,
    /// The append names a stream in two parts.
    #[error("the append names stream `{stream}` twice; put its events into one part")]
    StreamTwice {
        /// The stream that is named twice.
        stream: StreamId,
    },
    /// The append names an archive, which never changes.
    #[error("`{stream}` is the archive of a stream that was transformed, and stays as it is")]
    Archive {
        /// The archive.
        stream: StreamId,
    },
    /// The events have instants that go back along a stream.
    #[error(
        "the append gives stream `{stream}` an event of {at} after one of {before}: \
         time never goes back along a stream"
    )]
    TimeGoesBack {
        /// The stream of the event.
        stream: StreamId,
        /// The instant that is too early.
        at: Timestamp,
        /// The instant of the event before it.
        before: Timestamp,
    },
    /// Some of the events have an instant of their own, and others do not.
    #[error(
        "the append holds imported events, with an instant of their own, and others; \
         give every event an instant or none"
    )]
    MixedTimes,
    /// The append holds an event id twice.
    #[error("the append holds event id {id} twice; every event has its own")]
    EventTwice {
        /// The id that occurs twice.
        id: EventId,
    },
}
