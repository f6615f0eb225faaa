//! The error of a command.

use std::time::Duration;

use crate::event::encode_error::EncodeError;
use crate::store::append_error::{AppendError, Conflict};
use crate::stream::{StreamId, Version};
use crate::write::load_error::LoadError;
use crate::write::request_error::RequestError;

/// The error of a command that stored no event; after [`Unavailable`](crate::StoreErrorKind::Unavailable) that is
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
    /// The request has no answer: [`Repository::execute_once`](crate::Repository::execute_once).
    #[error(transparent)]
    Request(#[from] RequestError),
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
