//! Progress of a batch, which is committed together with its rows.

use super::{Epoch, Failure, NewParked, Parked, ProjectionKey, Slot};
use crate::store::error::StoreError;
use crate::stream::Position;
use crate::timestamp::Timestamp;

/// The progress of a batch and the events that it could not handle: committed with its rows, or not
/// at all.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Progress {
    /// The slots that the batch rests on, each with the epoch in which the node was given it, and
    /// the position up to which it is done now.
    pub slots: Vec<SlotProgress>,
    /// The events that are parked from now on.
    pub parked: Vec<NewParked>,
    /// The events that were parked before, tried again, and failed again.
    pub failed_again: Vec<FailedAgain>,
    /// The events that were parked before and are done, or dropped on request.
    pub settled: Vec<(ProjectionKey, Position)>,
}

/// The progress of one slot in a [`Progress`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SlotProgress {
    /// The slot.
    pub slot: Slot,
    /// The epoch in which the slot was claimed.
    pub epoch: Epoch,
    /// The position up to which everything is done, or parked.
    pub checkpoint: Position,
}

impl SlotProgress {
    /// A slot that has come to `checkpoint`.
    #[must_use]
    pub fn new(slot: Slot, epoch: Epoch, checkpoint: Position) -> Self {
        Self { slot, epoch, checkpoint }
    }
}

/// An event that was parked before, tried again, and failed again.
///
/// The store notes the failure only if `attempts` and `next_attempt` of the event are still those of here.
/// Whatever an operator asked for since the event was read stands: a replay, or that it be dropped.
/// Proven by `projection_contract::due::what_is_replayed_beside_a_try_stays_due` and
/// `what_is_dropped_is_due_with_its_reason`.
///
/// ```text
/// node       reads: attempts 3, due 12:00:07   tries ………………………………………… fails: not noted
/// operator                                      replays: attempts 0, due 12:00:08
/// node                                                              reads: attempts 0, tries
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct FailedAgain {
    /// The key of the event.
    pub key: ProjectionKey,
    /// The position of the event.
    pub position: Position,
    /// The failed tries before this one, as the event was read.
    pub attempts: u32,
    /// The moment at which it was to be tried, as the event was read.
    pub next_attempt: Option<Timestamp>,
    /// The failure of this try.
    pub failure: Failure,
}

impl FailedAgain {
    /// The event as it was read, and the failure of a try of it.
    #[must_use]
    pub fn new(read: &Parked, failure: Failure) -> Self {
        Self {
            key: read.key.clone(),
            position: read.event.position,
            attempts: read.attempts,
            next_attempt: read.next_attempt,
            failure,
        }
    }
}

/// The reason that nothing of a batch was kept.
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
