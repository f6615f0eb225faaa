//! Errors of a transformation.

use std::error::Error;

use crate::store::append_error::Conflict;
use crate::store::error::StoreError;
use crate::stream::{StreamId, Version};
use crate::transform::Transform;

/// The reason that a stream was not transformed. Nothing was written, unless the store failed and
/// cannot say.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TransformError {
    /// The stream does not exist.
    #[error("there is no stream `{stream}` to transform")]
    NotFound {
        /// The stream that has no event.
        stream: StreamId,
    },
    /// The stream is an archive, which stays as it is.
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
        /// The stream.
        stream: StreamId,
        /// The event's place in it.
        version: Version,
        /// The error that the rewrite returned.
        source: Box<dyn Error + Send + Sync>,
    },
    /// The rewrite would leave no event. The end of a stream is an event too: append one that says
    /// so.
    #[error("no event of stream `{stream}` would be left; append an event that ends it instead")]
    Empty {
        /// The stream.
        stream: StreamId,
    },
    /// The events are too many, or too long, before or after.
    #[error(
        "stream `{stream}` is too long to be transformed: at most {} events and {} bytes of payload, \
         before and after",
        Transform::MAX_EVENTS,
        Transform::MAX_BYTES
    )]
    TooLong {
        /// The stream.
        stream: StreamId,
    },
    /// The store failed. If its kind is [`Unavailable`](crate::StoreErrorKind::Unavailable) the stream
    /// may have been transformed: [`transformations`](crate::TransformStore::transformations) tells.
    #[error(transparent)]
    Store(#[from] StoreError),
}
