//! Failures that are transient as a rule, and persist for some event.

use std::collections::HashMap;

use super::consumer::Consumer;
use super::run_loop::Runner;
use super::sink::Sink;
use super::transient_retry::TransientFailure;
use crate::event::recorded::RecordedEvent;
use crate::read::projection::{ProjectError, ProjectionStore, SlotProgress};
use crate::store::error::{StoreError, StoreErrorKind};
use crate::store::event_store::EventStore;
use crate::stream::Position;

/// The number of deadlocks in a row, at one position of the log, that count as transient.
const MOST_TRIES: u32 = 3;

/// The number of times that batches were undone for contention since the last one was committed, by the
/// event that they were for, or the last position of their page.
///
/// ```text
/// page 1..=50      deadlock, deadlock, deadlock   tried again, with all keys of the node
///                  deadlock                       event by event from here on
/// #17 alone        deadlock, deadlock, deadlock   tried again
///                  deadlock                       a failure of #17, and the others go on
/// ```
#[derive(Debug, Default)]
pub(super) struct Contended(HashMap<Position, u32>);

impl Contended {
    /// Counts one more, and says whether that is one too many.
    pub(super) fn is_too_often(&mut self, at: Position) -> bool {
        let tries = self.0.entry(at).or_default();
        *tries = tries.saturating_add(1);
        *tries > MOST_TRIES
    }

    /// Forgets the counts, as the node makes progress.
    pub(super) fn is_over(&mut self) {
        self.0.clear();
    }
}

impl<S: EventStore, P: ProjectionStore, W: Sink<P>, C: Consumer<W::Db>> Runner<S, P, W, C> {
    /// The verdict about an event that failed with contention in a batch of its own.
    pub(super) fn judge_contended(
        &mut self,
        event: &RecordedEvent,
        error: ProjectError,
    ) -> Result<Result<(), ProjectError>, TransientFailure> {
        if self.contended.is_too_often(event.position) {
            Ok(Err(error))
        } else {
            Err(TransientFailure::Handler(error))
        }
    }

    /// True if a commit of these slots has failed with contention once too often.
    pub(super) fn is_contended(&mut self, error: &StoreError, slots: &[SlotProgress]) -> bool {
        let last = slots.iter().map(|slot| slot.checkpoint).max();
        error.kind() == StoreErrorKind::Contention
            && last.is_some_and(|last| self.contended.is_too_often(last))
    }
}
