//! How far a reader of the log has come, and of which log.

use std::fmt;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::error::StoreError;
use crate::stream::Position;

/// Which log: a store that is restored from a backup, or replaced, goes on as another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Incarnation(Uuid);

impl Incarnation {
    /// A log that there was not before: for the authors of stores.
    #[must_use]
    pub fn generate() -> Self {
        Self(Uuid::now_v7())
    }

    /// The incarnation as a UUID.
    #[must_use]
    pub const fn as_uuid(self) -> Uuid {
        self.0
    }
}

/// The incarnation that a store keeps.
impl From<Uuid> for Incarnation {
    fn from(id: Uuid) -> Self {
        Self(id)
    }
}

impl fmt::Display for Incarnation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// How far a reader has come in one incarnation of the log: what it keeps to go on from, after a
/// restart too.
///
/// A bare position would go on in any log. In one that was restored from a backup the same position
/// may come a second time, for another event, and the reader would never see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Checkpoint {
    /// Which log.
    pub incarnation: Incarnation,
    /// Everything up to here is done.
    pub position: Position,
    /// The progress within the stored event after it, where a reader of a set stands between the events that
    /// it became.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parts: Option<HandedParts>,
}

/// The number of events that were handed out, of those that one stored event is read as, by a
/// [`TypedSubscription`](crate::TypedSubscription) that stands between them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct HandedParts {
    /// The position of the stored event.
    pub position: Position,
    /// So many of its parts, the first ones.
    pub count: u32,
}

impl Checkpoint {
    /// `position` of the log `incarnation`.
    #[must_use]
    pub fn new(incarnation: Incarnation, position: Position) -> Self {
        Self { incarnation, position, parts: None }
    }
}

/// Why a reader cannot go on from its checkpoint.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ResumeError {
    /// The checkpoint is of another incarnation of the log.
    #[error(
        "the checkpoint at position {} is of log {}, and this is log {actual}: it was restored or \
         replaced; begin anew with what was read",
        checkpoint.position,
        checkpoint.incarnation
    )]
    OtherLog {
        /// Where the reader had come to.
        checkpoint: Checkpoint,
        /// The log that there is.
        actual: Incarnation,
    },
    /// The log ends before the checkpoint: events that the reader has seen are gone.
    #[error(
        "the checkpoint at position {} is ahead of the log, which ends at {head}: it was restored, \
         or a server that lagged behind took over; begin anew with what was read",
        checkpoint.position
    )]
    AheadOfLog {
        /// Where the reader had come to.
        checkpoint: Checkpoint,
        /// The greatest position that was given.
        head: Position,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}
