//! What can go wrong with a decision across streams.

use std::error::Error;

use crate::error::{AppendError, ConditionFailed, EncodeError, RecordedDecodeError, StoreError};
use crate::event::EventName;
use crate::query::InvalidQuery;
use crate::retag::MissingTag;

/// Why a decision across streams caused nothing. `E` is the decision's own error.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DecisionError<E: Error + 'static> {
    /// It was refused.
    #[error(transparent)]
    Rejected(E),
    /// Others were faster, each time.
    #[error("gave up after {attempts} attempts")]
    Overtaken {
        /// How often it was tried.
        attempts: u32,
        /// What the last attempt did not know of.
        source: ConditionFailed,
    },
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
        /// Which event.
        event: EventName,
    },
    /// The events could not be appended.
    #[error(transparent)]
    Append(AppendError),
}

impl<E: Error + 'static> From<RecordedDecodeError> for DecisionError<E> {
    fn from(error: RecordedDecodeError) -> Self {
        Self::Decode(Box::new(error))
    }
}
