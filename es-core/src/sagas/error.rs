//! Errors of sagas at run time.

use crate::event::decode_error::RecordedDecodeError;
use crate::event::encode_error::EncodeError;
use crate::event::name::SchemaVersion;
use crate::process::{ActivityName, Ignored, PlanError, SagaError};
use crate::read::projection::RunError;
use crate::store::append_error::{AppendError, InvalidAppend};
use crate::store::error::StoreError;
use crate::stream::{StreamId, Version};
use crate::validated_text::InvalidText;

/// The error of reading an instance.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InstanceError {
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
    /// An event of the stream, or the one that started the instance, cannot be read.
    #[error(transparent)]
    Decode(Box<RecordedDecodeError>),
    /// The events cannot be folded by the code of this release.
    #[error("instance `{stream}` cannot be folded")]
    Fold {
        /// The stream of the instance.
        stream: StreamId,
        /// The reason.
        source: Box<SagaError>,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<RecordedDecodeError> for InstanceError {
    fn from(error: RecordedDecodeError) -> Self {
        Self::Decode(Box::new(error))
    }
}

/// The error of telling an instance something: a cancel, an act of an operator, an answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TellError {
    /// The saga is declared so that no instance could follow its plan.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// Nothing follows from it: there is no such instance, it has ended, or it is past that.
    #[error("nothing follows for instance `{stream}`: {reason}")]
    Ignored {
        /// The stream of the instance.
        stream: StreamId,
        /// The reason.
        reason: Ignored,
    },
    /// The instance was started in a newer version of the saga than this release knows. A node of that version can be
    /// told.
    #[error("instance `{stream}` is of a newer version of the saga than {known}")]
    NewerVersion {
        /// The stream of the instance.
        stream: StreamId,
        /// The version of the saga that this release knows.
        known: u32,
    },
    /// The instance has asked for something that this release does not know. A node of the release that does can be told.
    #[error(
        "instance `{stream}` asks for `{request}` in version {version}, which this release does not list: neither as a \
         step nor as a retired one"
    )]
    UnknownRequest {
        /// The stream of the instance.
        stream: StreamId,
        /// The name of the request.
        request: ActivityName,
        /// The version of its shape.
        version: SchemaVersion,
    },
    /// The instance cannot be read.
    #[error(transparent)]
    Instance(#[from] InstanceError),
    /// The code of this release cannot decide on it.
    #[error("instance `{stream}` cannot go on")]
    Decide {
        /// The stream of the instance.
        stream: StreamId,
        /// The reason.
        source: Box<SagaError>,
    },
    /// An event cannot be stored.
    #[error(transparent)]
    Encode(#[from] EncodeError),
    /// An append of these events cannot be: the saga and the aggregate of its command have one stream, for example.
    #[error(transparent)]
    Invalid(#[from] InvalidAppend),
    /// The append failed for another reason than a conflict, which is decided anew.
    #[error(transparent)]
    Append(AppendError),
}

impl From<StoreError> for TellError {
    fn from(error: StoreError) -> Self {
        Self::Instance(error.into())
    }
}

/// The error of a rehearsal.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RehearsalError {
    /// The saga is declared so that no instance could follow its plan.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// Its name breaks the rule.
    #[error(transparent)]
    Name(#[from] InvalidText),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The reason that a saga is not run.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RunSagaError {
    /// The saga is declared so that no instance could follow its plan.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// Its name breaks the rule.
    #[error(transparent)]
    Name(#[from] InvalidText),
    /// The slots cannot be shared with the other nodes.
    #[error(transparent)]
    Run(#[from] RunError),
}
