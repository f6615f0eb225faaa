//! Checkpoints of readers: a position in the log, and the incarnation of the log.

use std::fmt;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::store::error::StoreError;
use crate::stream::Position;

/// The identity of a log. A store that is restored from a backup, or replaced, continues as another
/// incarnation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Incarnation(Uuid);

impl Incarnation {
    /// Creates the incarnation of a new log: for the authors of stores.
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

/// Converts the UUID that a store keeps.
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

/// The progress of a reader in one incarnation of the log, from which it resumes, after a restart
/// too.
///
/// A bare position could be resumed in any log. In one that was restored from a backup the same
/// position may be assigned a second time, to another event, and the reader would never see that
/// event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Checkpoint {
    /// The incarnation of the log.
    pub incarnation: Incarnation,
    /// The position up to which, inclusive, every event is done.
    pub position: Position,
    /// The progress within the stored event after `position`, if the reader of an event set stopped
    /// between the events as which it is read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parts: Option<HandedParts>,
}

/// The progress within one stored event that is read as several: the number of them that a
/// [`TypedSubscription`](crate::TypedSubscription) has handed out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct HandedParts {
    /// The position of the stored event.
    pub position: Position,
    /// The number of its parts that were handed out, counted from the first.
    pub count: u32,
}

impl Checkpoint {
    /// The checkpoint at `position` of the log `incarnation`.
    #[must_use]
    pub fn new(incarnation: Incarnation, position: Position) -> Self {
        Self { incarnation, position, parts: None }
    }
}

/// The error of a reader that cannot resume from its checkpoint.
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
        /// The checkpoint of the reader.
        checkpoint: Checkpoint,
        /// The incarnation of the log that the store has.
        actual: Incarnation,
    },
    /// The log ends before the checkpoint: events that the reader has seen are gone.
    #[error(
        "the checkpoint at position {} is ahead of the log, which ends at {head}: it was restored, \
         or a server that lagged behind took over; begin anew with what was read",
        checkpoint.position
    )]
    AheadOfLog {
        /// The checkpoint of the reader.
        checkpoint: Checkpoint,
        /// The highest position that was assigned.
        head: Position,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}
