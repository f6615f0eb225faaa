//! The error of loading a state.

use crate::event::decode_error::RecordedDecodeError;
use crate::store::error::StoreError;
use crate::stream::{StreamId, Version};
use crate::validated_text::InvalidText;

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
