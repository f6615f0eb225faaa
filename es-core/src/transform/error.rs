//! Why a stream was not transformed.

use std::error::Error;

use crate::error::{Conflict, StoreError};
use crate::stream::{StreamId, Version};
use crate::transform::Transform;

/// Why a stream was not transformed. Nothing was written, unless the store failed and cannot say.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TransformError {
    /// There is no such stream.
    #[error("there is no stream `{stream}` to transform")]
    NotFound {
        /// The stream that has no event.
        stream: StreamId,
    },
    /// It is an archive, which stays as it is.
    #[error("`{stream}` is the archive of a stream that was transformed, and stays as it is")]
    Archive {
        /// The archive.
        stream: StreamId,
    },
    /// An event was appended, or the stream was transformed, since it was read.
    #[error(transparent)]
    Conflict(#[from] Conflict),
    /// An event could not be rewritten.
    #[error("the event at version {version} of stream `{stream}` cannot be rewritten")]
    Rewrite {
        /// Which stream.
        stream: StreamId,
        /// The event's place in it.
        version: Version,
        /// Why not.
        source: Box<dyn Error + Send + Sync>,
    },
    /// No event would be left. The end of a stream is an event too: append one that says so.
    #[error("no event of stream `{stream}` would be left; append an event that ends it instead")]
    Empty {
        /// Which stream.
        stream: StreamId,
    },
    /// There are too many events, or they are too long, before or after.
    #[error(
        "stream `{stream}` is too long to be transformed: at most {} events and {} bytes of payload, \
         before and after",
        Transform::MAX_EVENTS,
        Transform::MAX_BYTES
    )]
    TooLong {
        /// Which stream.
        stream: StreamId,
    },
    /// The store failed. If its kind is [`Unavailable`](crate::StoreErrorKind::Unavailable) the stream
    /// may have been transformed: [`transformations`](crate::TransformStore::transformations) tells.
    #[error(transparent)]
    Store(#[from] StoreError),
}
