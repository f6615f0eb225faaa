//! Draft of a batch: the progress that is committed with it, and what follows for the node.

use std::collections::HashSet;
use std::time::Duration;

use tracing::warn;

use super::backoff;
use super::slots::{Caps, Slots};
use crate::error_text::kept_text;
use crate::event::recorded::RecordedEvent;
use crate::read::projection::unreadable::is_unreadable;
use crate::read::projection::{
    FailedAgain, Failure, NewParked, OnFailure, Parked, Progress, ProjectError, ProjectionKey,
    Slot, SlotProgress,
};
use crate::stream::Position;

/// The number of events below which noting all slots in the store would cost more than the batch.
const FEW: usize = 8;

/// The positions up to which the slots of a node may come with a page.
#[derive(Debug)]
pub(super) struct Reach {
    pub(super) through: Position,
    pub(super) caps: Caps,
    /// True if this is the end of the log.
    pub(super) is_last: bool,
}

/// An event that is the node's to handle.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) slot: Slot,
    pub(super) key: ProjectionKey,
    pub(super) event: RecordedEvent,
    /// The reason why it can only fail: it has no key of its own, or is not on the list of this release.
    pub(super) fails: Option<ProjectError>,
}

impl Entry {
    /// The same, for whoever keeps it.
    pub(super) fn again(&self) -> Self {
        let Self { slot, key, event, .. } = self;
        Self { slot: *slot, key: key.clone(), event: event.clone(), fails: None }
    }
}

/// The progress that is committed with a batch, and the changes to this node's state after the
/// commit.
#[derive(Clone, Debug, Default)]
pub(super) struct Draft {
    pub(super) progress: Progress,
    /// Slots that have advanced without an event: known to this node, and noted with a later batch.
    pub(super) passed: Vec<SlotProgress>,
    /// Events that went through a handler.
    pub(super) handled: u64,
    /// Keys that have parked events now.
    pub(super) blocked: HashSet<ProjectionKey>,
    /// Keys that have no parked events any more.
    pub(super) freed: Vec<ProjectionKey>,
    /// The delays after which events that failed are tried again.
    pub(super) retries: Vec<Duration>,
    /// The reason to stop the version, if there is one.
    pub(super) stop: Option<String>,
}

impl Draft {
    pub(super) fn new(slots: Vec<SlotProgress>) -> Self {
        Self { progress: Progress { slots, ..Progress::default() }, ..Self::default() }
    }

    /// A batch with these events of a page. Slots without an event come along, and are noted in the store now
    /// and then alone.
    pub(super) fn of_page(slots: &Slots, entries: &[Entry], reach: &Reach) -> Self {
        let Reach { through, caps, is_last } = reach;
        if *is_last || entries.len() >= FEW || slots.are_to_be_noted() {
            return Self::new(slots.all(*through, caps));
        }
        let bit = |slot: Slot| 1_u64 << slot.number();
        let touched = entries.iter().fold(0, |touched, entry| touched | bit(entry.slot));
        let is_touched = |moved: &SlotProgress| touched & bit(moved.slot) != 0;
        let (moved, passed) = slots.moved(*through, caps).into_iter().partition(is_touched);
        Self { passed, ..Self::new(moved) }
    }

    /// A batch of these slots, which come no further with it.
    pub(super) fn resting_on(held: &Slots, slots: impl IntoIterator<Item = Slot>) -> Self {
        let mut draft = Self::default();
        for slot in slots {
            let is_named = draft.progress.slots.iter().any(|named| named.slot == slot);
            let claim = held.get(slot).filter(|_| !is_named);
            draft.progress.slots.extend(
                claim.map(|claim| SlotProgress::new(claim.slot, claim.epoch, claim.checkpoint)),
            );
        }
        draft
    }

    /// The event waits behind one of its key.
    pub(super) fn behind(&mut self, entry: Entry) {
        let Entry { slot, key, event, .. } = entry;
        self.progress.parked.push(NewParked::behind(slot, key, event));
    }

    /// The event failed for the first time.
    pub(super) fn failed(&mut self, entry: Entry, error: &ProjectError, policy: OnFailure) {
        let Entry { slot, key, event, .. } = entry;
        let failure = self.failure(event.position, error, 1, policy);
        self.blocked.insert(key.clone());
        self.progress.parked.push(NewParked::failed(slot, key, event, failure));
    }

    /// An event that was parked before is done, or dropped.
    pub(super) fn settled(&mut self, parked: &Parked) {
        self.handled += u64::from(parked.dropped.is_none());
        self.progress.settled.push((parked.key.clone(), parked.event.position));
    }

    /// An event that was parked before has failed again.
    pub(super) fn failed_again(
        &mut self,
        parked: &Parked,
        error: &ProjectError,
        policy: OnFailure,
    ) {
        self.handled += 1;
        let tried = parked.attempts.saturating_add(1);
        let failure = self.failure(parked.event.position, error, tried, policy);
        self.progress.failed_again.push(FailedAgain::new(parked, failure));
    }

    fn failure(
        &mut self,
        position: Position,
        error: &ProjectError,
        tried: u32,
        policy: OnFailure,
    ) -> Failure {
        let text = kept_text(error.chain());
        if is_unreadable(error) {
            return Failure::unreadable(text);
        }
        let stops = matches!(policy, OnFailure::Stop { .. });
        let retry_in = is_tried_again(error, tried, policy).then(|| backoff::before_retry(tried));
        let error = text;
        self.retries.extend(retry_in);
        if retry_in.is_none() && stops {
            self.stop = Some(format!("the event at position {position} failed: {error}"));
        }
        if retry_in.is_none() {
            warn!(target: "es", %position, error, tried, "an event is parked");
        }
        Failure::new(error, retry_in)
    }
}

/// True if an event is tried once more that failed with `error` and was tried `tried` times.
pub(super) fn is_tried_again(error: &ProjectError, tried: u32, policy: OnFailure) -> bool {
    if error.is_unavailable() || error.is_rejected() {
        return error.is_unavailable();
    }
    match policy {
        OnFailure::Park { attempts } | OnFailure::Stop { attempts } => tried < attempts,
        OnFailure::Retry => true,
    }
}
