//! Failures that are transient as a rule, and persist for some event.

use std::collections::HashMap;

use crate::store::error::{StoreError, StoreErrorKind};
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

    /// True if a commit of slots, the furthest of which would have come to `last`, has failed with contention
    /// once too often.
    pub(super) fn is_of_commit(&mut self, error: &StoreError, last: Option<Position>) -> bool {
        error.kind() == StoreErrorKind::Contention
            && last.is_some_and(|last| self.is_too_often(last))
    }

    /// Forgets the counts, as the node makes progress.
    pub(super) fn is_over(&mut self) {
        self.0.clear();
    }
}
