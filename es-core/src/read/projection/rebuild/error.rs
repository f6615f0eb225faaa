//! Errors of a rebuild in place.

use crate::read::projection::{
    CommitError, ProjectError, ProjectionId, RegisterError, Unhandled, VersionState,
};
use crate::store::error::StoreError;
use crate::stream::StreamId;
use crate::validated_text::InvalidText;

/// The reason that a projection was not rebuilt in place. In each case everything is as it was
/// before.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RebuildError {
    /// The projection cannot be run as it is declared.
    #[error(transparent)]
    Register(#[from] RegisterError),
    /// Another version took the place of this one, and nobody reads its rows.
    #[error("`{id}` is {state:?}, and its rows are not read; rebuild the version that serves")]
    NotRead {
        /// The projection and its version.
        id: ProjectionId,
        /// The state of the version.
        state: VersionState,
    },
    /// The projection has effects and has parked events: a rebuild would project them without their
    /// effects.
    #[error(
        "`{id}` has effects, and those of {events} parked events would be lost; replay or drop them \
         first"
    )]
    ParkedEffects {
        /// The projection and its version.
        id: ProjectionId,
        /// The number of parked events.
        events: u64,
    },
    /// The tables could not be made, or what is elsewhere not be removed.
    #[error("the place of the rows could not be made empty")]
    Reset(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// An event cannot be projected.
    #[error(transparent)]
    Event(#[from] Unhandled),
    /// A stream was transformed while the log was read: its events may be there in part.
    #[error("stream `{stream}` was transformed while the log was read; rebuild again")]
    Transformed {
        /// The stream that was transformed.
        stream: StreamId,
    },
    /// The projection lists an event that no store could hold.
    #[error("the projection lists an event under a name that no store takes")]
    Name(#[from] InvalidText),
    /// The rows could not be put in place.
    #[error("the new rows were not kept")]
    Commit(#[from] CommitError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl RebuildError {
    pub(super) fn reset(error: ProjectError) -> Self {
        Self::Reset(error.into_error())
    }
}
