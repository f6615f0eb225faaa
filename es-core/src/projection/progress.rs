//! What is committed together with the rows of a batch.

use super::{Epoch, Failure, ProjectionKey, SetAside, Slot};
use crate::error::StoreError;
use crate::stream::Position;

/// How far a batch has come, and what it could not do: committed with its rows, or not at all.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Progress {
    /// Every slot that the batch rests on, with the epoch in which the node was given it, and how far
    /// it is done now.
    pub slots: Vec<SlotProgress>,
    /// Events that are set aside from now on.
    pub set_aside: Vec<SetAside>,
    /// Events that were set aside before, tried again, and failed again.
    pub failed_again: Vec<(ProjectionKey, Position, Failure)>,
    /// Events that were set aside before and are done, or dropped as somebody wanted.
    pub settled: Vec<(ProjectionKey, Position)>,
}

/// One slot of a [`Progress`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SlotProgress {
    /// Which.
    pub slot: Slot,
    /// As it was claimed.
    pub epoch: Epoch,
    /// Everything up to here is done, or set aside.
    pub checkpoint: Position,
}

impl SlotProgress {
    /// A slot that has come to `checkpoint`.
    #[must_use]
    pub fn new(slot: Slot, epoch: Epoch, checkpoint: Position) -> Self {
        Self { slot, epoch, checkpoint }
    }
}

/// Why nothing of a batch was kept.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CommitError {
    /// A slot is not this node's any more: it took too long, or was paused. Somebody else handles these
    /// events.
    #[error("a slot of the batch has gone to another node; nothing of the batch was kept")]
    Lost,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}
