//! Errors per operation: expected outcomes with their data, the rest as [`StoreError`].

use std::error::Error;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::event::cause::Cause;
use crate::event::definition::{EventId, EventName, SchemaVersion};
use crate::event::failed_step::FailedStep;
use crate::event::lossless::Loss;
use crate::event::recorded::RawEvent;
use crate::store::retag::LacksTag;
use crate::stream::{ExpectedVersion, Position, StreamId, Version};
use crate::timestamp::Timestamp;
use crate::validated_text::InvalidText;

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

/// The error of an append that stored nothing; after [`StoreErrorKind::Unavailable`] that is
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

/// The error of an event that cannot be encoded: its `Serialize` refused, its payload is too long,
/// a tagged field prints what cannot be a tag, or it would not be decoded as it is.
#[derive(Debug)]
pub struct EncodeError {
    event: EventName,
    reason: Reason,
}

#[derive(Debug)]
enum Reason {
    Refused(Box<dyn Error + Send + Sync>),
    /// The loss, with the stored form.
    Lossy(Box<(Loss, RawEvent)>),
}

impl EncodeError {
    /// The event `name` cannot be encoded because of `source`.
    #[must_use]
    pub fn new(name: EventName, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { event: name, reason: Reason::Refused(source.into()) }
    }

    /// The event would not be decoded as it is from `stored`.
    pub(crate) fn lossy(stored: RawEvent, loss: Loss) -> Self {
        Self { event: stored.name.clone(), reason: Reason::Lossy(Box::new((loss, stored))) }
    }

    /// The stored name of the event.
    #[must_use]
    pub fn event(&self) -> &EventName {
        &self.event
    }

    /// The part of the event that would be lost in the log; `None` if the event cannot be encoded
    /// at all.
    #[must_use]
    pub fn loss(&self) -> Option<&Loss> {
        match &self.reason {
            Reason::Lossy(lossy) => Some(&lossy.0),
            Reason::Refused(_) => None,
        }
    }

    /// The stored form that would not be decoded as the event; `None` if the event cannot be
    /// encoded at all.
    #[must_use]
    pub fn stored(&self) -> Option<&RawEvent> {
        match &self.reason {
            Reason::Lossy(lossy) => Some(&lossy.1),
            Reason::Refused(_) => None,
        }
    }
}

impl fmt::Display for EncodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { event, reason } = self;
        match reason {
            Reason::Refused(_) => write!(f, "event `{event}` cannot be encoded"),
            Reason::Lossy(lossy) => write!(f, "event `{event}` {}", lossy.0),
        }
    }
}

impl Error for EncodeError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match &self.reason {
            Reason::Refused(source) => Some(&**source),
            Reason::Lossy(lossy) => match &lossy.0 {
                Loss::Unreadable { source, .. } => Some(source),
                Loss::Changed { .. } | Loss::NotOne { .. } => None,
            },
        }
    }
}

/// The error of decoding a stored event.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeError {
    /// The set has no event of that name.
    #[error("unknown event `{name}`")]
    UnknownEvent {
        /// The stored name.
        name: String,
    },
    /// The event has no such version here: it may come from a newer deployment.
    #[error("event `{name}` has no version {version}")]
    UnknownVersion {
        /// The event's name: that of today, if it was stored under another.
        name: String,
        /// The stored version.
        version: SchemaVersion,
    },
    /// The payload does not fit the type.
    #[error("the payload of event `{name}` version {version} is damaged")]
    Damaged {
        /// The event's name: that of today, if it was stored under another.
        name: String,
        /// The stored version.
        version: SchemaVersion,
        /// The error of serde.
        source: serde_json::Error,
    },
    /// The record is damaged outside of its payload: in its name, its place or its metadata.
    #[error("the record is damaged: {reason}")]
    Unreadable {
        /// The damage, in the words of the store.
        reason: String,
    },
    /// The payload is valid, but an upcasting step from its version refused it.
    #[error("event `{name}` version {version} cannot be read as version {}", source.to())]
    Upcast {
        /// The event's name: that of today, if it was stored under another.
        name: String,
        /// The stored version.
        version: SchemaVersion,
        /// The step that refused, with its error.
        source: FailedStep,
    },
    /// The event is [superseded](crate::Superseded) and was decoded, but cannot be read as the
    /// events that have superseded it.
    #[error("event `{name}` version {version} cannot be read as what has superseded it")]
    Superseded {
        /// The event's name: that of today, if it was stored under another.
        name: String,
        /// The stored version.
        version: SchemaVersion,
        /// The reason.
        source: Cause,
    },
}

impl DecodeError {
    /// The set has no event called `name`.
    #[must_use]
    pub fn unknown_event(name: &str) -> Self {
        Self::UnknownEvent { name: name.to_owned() }
    }

    /// The event `name` has no `version`.
    #[must_use]
    pub fn unknown_version(name: &str, version: SchemaVersion) -> Self {
        Self::UnknownVersion { name: name.to_owned(), version }
    }

    /// The payload does not fit.
    #[must_use]
    pub fn damaged(name: &str, version: SchemaVersion, source: serde_json::Error) -> Self {
        Self::Damaged { name: name.to_owned(), version, source }
    }

    /// The record is damaged outside of its payload.
    #[must_use]
    pub fn unreadable(reason: &str) -> Self {
        Self::Unreadable { reason: reason.to_owned() }
    }

    /// The step up to the version `to` failed because of `source`.
    #[must_use]
    pub fn upcast(
        name: &str,
        version: SchemaVersion,
        to: SchemaVersion,
        source: impl Into<Box<dyn Error + Send + Sync>>,
    ) -> Self {
        Self::Upcast { name: name.to_owned(), version, source: FailedStep::new(to, source) }
    }

    /// The event `name` of `version` cannot be read as the events that have superseded it.
    #[must_use]
    pub fn superseded(
        name: &str,
        version: SchemaVersion,
        source: impl Into<Box<dyn Error + Send + Sync>>,
    ) -> Self {
        Self::Superseded { name: name.to_owned(), version, source: Cause::new(source) }
    }
}

/// The error of decoding a stored event, with the place of the event.
#[derive(Debug, thiserror::Error)]
#[error("cannot read the event at version {version} of stream `{stream}` (position {position})")]
#[non_exhaustive]
pub struct RecordedDecodeError {
    /// The stream of the event.
    pub stream: StreamId,
    /// Its place in the stream.
    pub version: Version,
    /// Its place in the log.
    pub position: Position,
    /// The error of decoding it.
    pub source: DecodeError,
}

/// The error of loading a state.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LoadError {
    /// The id prints what cannot be a stream key.
    #[error(transparent)]
    Id(#[from] InvalidText),
    /// The stream has not reached that version.
    #[error("stream `{stream}` is at version {actual}; there is no version {asked} yet")]
    NoSuchVersion {
        /// The stream.
        stream: StreamId,
        /// The version asked for.
        asked: Version,
        /// The version that the stream has reached.
        actual: Version,
    },
    /// The stream was transformed, and the version is older than the first of its copy.
    #[error(
        "stream `{stream}` was transformed and begins at version {first}; version {asked} is kept in \
         its archive"
    )]
    Archived {
        /// The stream.
        stream: StreamId,
        /// The version asked for.
        asked: Version,
        /// The first version that the stream has.
        first: Version,
    },
    /// A unit of work uses the stream as another type of aggregate: two types have the same name.
    #[error("stream `{stream}` is in this unit of work as another type of aggregate")]
    OtherAggregate {
        /// The stream.
        stream: StreamId,
    },
    /// An event of the stream cannot be read.
    #[error(transparent)]
    Decode(Box<RecordedDecodeError>),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<RecordedDecodeError> for LoadError {
    fn from(error: RecordedDecodeError) -> Self {
        Self::Decode(Box::new(error))
    }
}

/// The standard rejection of a command that needs an aggregate that does not exist, or creates one
/// that does.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LifecycleRejection {
    /// The command needs an aggregate that does not exist.
    #[error("`{command}` needs `{stream}`, which does not exist")]
    NotFound {
        /// The name of the command.
        command: &'static str,
        /// The stream that has no event.
        stream: StreamId,
    },
    /// The command creates an aggregate that exists.
    #[error("`{command}` creates `{stream}`, which exists already, at version {version}")]
    AlreadyExists {
        /// The name of the command.
        command: &'static str,
        /// The stream that has events.
        stream: StreamId,
        /// The version that the stream is at.
        version: Version,
    },
}

/// The error of a command that stored no event; after [`StoreErrorKind::Unavailable`] that is
/// unknown. `E` is the aggregate's own error.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExecuteError<E> {
    /// The aggregate rejected the command.
    #[error(transparent)]
    Rejected(E),
    /// The aggregate exists and must not, or does not exist and must.
    #[error(transparent)]
    Lifecycle(#[from] LifecycleRejection),
    /// Each attempt within the time limit of the command met a conflict:
    /// [`Repository::with_time_limit`](crate::Repository::with_time_limit).
    #[error("gave up after {attempts} attempts in {elapsed:?}")]
    Conflict {
        /// The number of attempts.
        attempts: u32,
        /// The time since the first of them.
        elapsed: Duration,
        /// The last conflict.
        source: Conflict,
    },
    /// The aggregate is not at the version that the command was meant for:
    /// [`Repository::execute_at`](crate::Repository::execute_at).
    #[error("the command is for another version of the aggregate")]
    OtherVersion(#[source] Conflict),
    /// The state to decide on could not be loaded.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// An event of the decision cannot be encoded.
    #[error(transparent)]
    Encode(#[from] EncodeError),
    /// The events could not be appended.
    #[error(transparent)]
    Append(AppendError),
}

/// Converts the error of one append, for a unit of work that is executed and committed in one
/// function: a conflict is reported as one after a single attempt.
impl<E> From<AppendError> for ExecuteError<E> {
    fn from(error: AppendError) -> Self {
        match error {
            AppendError::Conflict(source) => {
                Self::Conflict { attempts: 1, elapsed: Duration::ZERO, source }
            }
            other => Self::Append(other),
        }
    }
}

/// A failure of the store: the database is unavailable, too busy, not set up, or holds what it
/// should not.
///
/// It wraps an error of the adapter, which [`Error::source`] returns. No message of it shows a
/// password. It is cheap to clone, since one failure may be the result of many calls.
#[derive(Clone, Debug)]
pub struct StoreError {
    kind: StoreErrorKind,
    source: Arc<dyn Error + Send + Sync>,
}

/// The kind of a [`StoreError`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum StoreErrorKind {
    /// The store cannot be reached, or the connection was lost. It is then unknown whether an
    /// append was stored.
    Unavailable,
    /// Other operations held a needed resource for too long; nothing was stored.
    Contention,
    /// The store can be read here and not written to: a standby, or a role or a session that is
    /// read-only. Nothing was stored, and nothing will be in another attempt.
    ReadOnly,
    /// A statement took longer than the time limit that the service has set for its statements, or
    /// was cancelled by an operator. Nothing was stored; another attempt would only multiply the load.
    StatementTimeout,
    /// The schema of the store is missing or older than this program.
    NotMigrated,
    /// The store cannot do what was asked and keep its guarantees.
    Unsupported,
    /// The store holds data that this program cannot read.
    Corrupt,
    /// Any other failure.
    Other,
}

impl StoreError {
    /// A failure of `kind` because of `source`: for the authors of stores.
    pub fn new(kind: StoreErrorKind, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { kind, source: Arc::from(source.into()) }
    }

    /// The kind of a [`StoreError`].
    #[must_use]
    pub fn kind(&self) -> StoreErrorKind {
        self.kind
    }

    /// True if the same call may succeed a moment later.
    ///
    /// After [`Contention`](StoreErrorKind::Contention) nothing was stored. After
    /// [`Unavailable`](StoreErrorKind::Unavailable) an append may have been: send the same append
    /// again, with the same event ids, and the result is that of the first call. Repositories,
    /// units of work and decisions do so by themselves, for some seconds. A repeated *command* is
    /// decided anew and makes new ids. After [`ReadOnly`](StoreErrorKind::ReadOnly) and
    /// [`StatementTimeout`](StoreErrorKind::StatementTimeout) a command fails at once.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        matches!(self.kind, StoreErrorKind::Unavailable | StoreErrorKind::Contention)
    }
}

impl Error for StoreError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&*self.source)
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.kind {
            StoreErrorKind::Unavailable => "the event store is unavailable",
            StoreErrorKind::Contention => "the event store is too busy at this place",
            StoreErrorKind::ReadOnly => "the event store is read-only here",
            StoreErrorKind::StatementTimeout => "the event store took longer than it may",
            StoreErrorKind::NotMigrated => "the event store is not migrated",
            StoreErrorKind::Unsupported => "the event store cannot do that and keep its guarantees",
            StoreErrorKind::Corrupt => "the event store holds what cannot be read",
            StoreErrorKind::Other => "the event store failed",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The error is half of what every reading of an event returns: with 8 bytes more, each event
    /// that is read costs ten instructions more.
    #[test]
    fn an_error_of_decoding_is_no_larger_than_a_small_event() {
        assert!(size_of::<DecodeError>() <= 40, "{} bytes", size_of::<DecodeError>());
    }

    #[test]
    fn what_a_moment_may_cure_is_transient() {
        let kinds = [
            (StoreErrorKind::Unavailable, true),
            (StoreErrorKind::Contention, true),
            (StoreErrorKind::ReadOnly, false),
            (StoreErrorKind::StatementTimeout, false),
            (StoreErrorKind::NotMigrated, false),
            (StoreErrorKind::Unsupported, false),
            (StoreErrorKind::Corrupt, false),
            (StoreErrorKind::Other, false),
        ];

        assert_eq!(
            kinds,
            kinds.map(|(kind, _)| (kind, StoreError::new(kind, "why").is_transient()))
        );
    }
}
