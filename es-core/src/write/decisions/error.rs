//! Errors of decisions across streams.

use std::convert::Infallible;
use std::time::Duration;

use crate::event::decode_error::RecordedDecodeError;
use crate::event::encode_error::EncodeError;
use crate::event::name::EventName;
use crate::store::append_error::{AppendError, ConditionFailed};
use crate::store::error::StoreError;
use crate::store::query::InvalidQuery;
use crate::store::retag::MissingTag;
use crate::write::request_error::RequestError;

/// The reason why a decision across streams caused nothing. `E` is the decision's own error.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DecisionError<E> {
    /// The decision was refused.
    #[error(transparent)]
    Rejected(E),
    /// Others were faster, each time, for as long as the decision may take:
    /// [`Decisions::with_time_limit`](crate::Decisions::with_time_limit).
    #[error("gave up after {attempts} attempts in {elapsed:?}")]
    Overtaken {
        /// The number of attempts.
        attempts: u32,
        /// The time since the first of them.
        elapsed: Duration,
        /// The event that the last attempt did not know of.
        source: ConditionFailed,
    },
    /// The request has no answer: [`Decisions::execute_once`](crate::Decisions::execute_once).
    #[error(transparent)]
    Request(#[from] RequestError),
    /// A model asks for what cannot be asked, mostly since a tagged field prints what cannot be the
    /// value of a tag.
    #[error(transparent)]
    Query(#[from] InvalidQuery),
    /// An event that a model rests on cannot be read.
    #[error(transparent)]
    Decode(Box<RecordedDecodeError>),
    /// A model looks for events under a tag that not all stored ones have.
    #[error(transparent)]
    MissingTag(#[from] MissingTag),
    /// The events that a model rests on could not be read.
    #[error(transparent)]
    Read(#[from] StoreError),
    /// An event that was decided cannot be written down.
    #[error(transparent)]
    Encode(#[from] EncodeError),
    /// An event that was decided says by its type that it has a home, and has none.
    #[error(
        "event `{event}` has no home, the tag that names its stream; \
         put `#[event(tag, home)]` on the field that says where it belongs, or give it a tag of the name `Event::HOME`"
    )]
    Untagged {
        /// The name of the event.
        event: EventName,
    },
    /// The events could not be appended.
    #[error(transparent)]
    Append(AppendError),
}

impl<E> From<RecordedDecodeError> for DecisionError<E> {
    fn from(error: RecordedDecodeError) -> Self {
        Self::Decode(Box::new(error))
    }
}

impl DecisionError<Infallible> {
    /// The same error of a decision that can be refused.
    pub(crate) fn of_another<E>(self) -> DecisionError<E> {
        match self {
            Self::Rejected(never) => match never {},
            Self::Overtaken { attempts, elapsed, source } => {
                DecisionError::Overtaken { attempts, elapsed, source }
            }
            Self::Request(error) => DecisionError::Request(error),
            Self::Query(error) => DecisionError::Query(error),
            Self::Decode(error) => DecisionError::Decode(error),
            Self::MissingTag(missing) => DecisionError::MissingTag(missing),
            Self::Read(error) => DecisionError::Read(error),
            Self::Encode(error) => DecisionError::Encode(error),
            Self::Untagged { event } => DecisionError::Untagged { event },
            Self::Append(error) => DecisionError::Append(error),
        }
    }
}
