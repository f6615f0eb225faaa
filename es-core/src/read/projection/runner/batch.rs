//! Draft of a batch, and its commit.

use std::any::Any;
use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use futures_util::FutureExt;
use tracing::warn;

use super::backoff;
use super::consumer::{Consumer, Handed};
use super::fault::Fault;
use super::run_loop::Runner;
use super::sink::{Sink, SinkBatch};
use super::transient_retry::TransientFailure;
use crate::event::recorded::RecordedEvent;
use crate::read::projection::gauges;
use crate::read::projection::unreadable::is_unreadable;
use crate::read::projection::{
    CommitError, FailedAgain, Failure, NewParked, OnFailure, Parked, Progress, ProjectError,
    ProjectionKey, ProjectionStore, Slot, SlotProgress,
};
use crate::store::event_store::EventStore;
use crate::stream::Position;

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
    retries: Vec<Duration>,
    stop: Option<String>,
}

impl Draft {
    pub(super) fn new(slots: Vec<SlotProgress>) -> Self {
        Self { progress: Progress { slots, ..Progress::default() }, ..Self::default() }
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

impl<S: EventStore, P: ProjectionStore, W: Sink<P>, C: Consumer<W::Db>> Runner<S, P, W, C> {
    /// The treatment of an event that fails: what is done elsewhere is tried again unless it is said
    /// otherwise.
    pub(super) fn on_failure(&self) -> OnFailure {
        let by_itself = if W::IS_EXTERNAL { OnFailure::Retry } else { OnFailure::default() };
        self.options.on_failure().unwrap_or(by_itself)
    }

    /// Begins the batch that `draft` is of.
    pub(super) async fn begin(&mut self, draft: &Draft) -> Result<W::Batch, TransientFailure> {
        if W::IS_EXTERNAL {
            let reply = self.lease.heartbeat().await?;
            let is_held = |slot: &SlotProgress| reply.held.contains(&(slot.slot, slot.epoch));
            if reply.state != self.state || !draft.progress.slots.iter().all(is_held) {
                self.forget_slots();
                return Err(TransientFailure::Lost);
            }
        }
        if let Some(begun) = self.begun.take() {
            return Ok(begun);
        }
        let (holder, state) = (self.lease.holder(), self.state);
        Ok(self.sink.begin(&self.kept, holder, state).await?)
    }

    /// Returns the event in the form that its handler takes.
    pub(super) fn handed(&self, slot: Slot, event: RecordedEvent) -> Handed {
        let serves = self.state == crate::read::projection::VersionState::Serving;
        let is_new = |after: Position| event.position > after;
        let claim = self.slots.get(slot);
        let with_effects = serves && claim.is_some_and(|claim| is_new(claim.effects_after));
        Handed { event, with_effects }
    }

    /// Handles events; a handler that panics has failed, and so has one that does not come to its end.
    pub(super) async fn handle(
        &self,
        events: Vec<Handed>,
        batch: &mut W::Batch,
    ) -> Result<(), Fault> {
        if events.is_empty() {
            return Ok(());
        }
        let hand = self.lease.hand();
        // That of the batch before has no say in this one.
        hand.put_down();
        let handled = AssertUnwindSafe(self.consumer.handle(events, hand, batch.db()).boxed());
        let handled = tokio::select! {
            handled = handled.catch_unwind() => handled
                .unwrap_or_else(|panic| Err(panicked("handler", &*panic)))
                .map_err(Fault::Failed),
            () = hand.is_overdue(self.options.event_limit()) => Err(Fault::Overdue),
        };
        if handled.is_err() {
            gauges::failed(self.lease.id());
        }
        handled
    }

    /// True if the event in hand has been there for so long that the store has ended its batch for it: a
    /// lost connection is no accident then.
    pub(super) fn has_outlasted(&self) -> bool {
        self.lease.hand().elapsed() >= self.options.lease()
    }

    /// Returns the key that orders an event. A panic of the key function is an error.
    pub(super) fn key(&self, event: &RecordedEvent) -> Result<ProjectionKey, ProjectError> {
        let key = catch_unwind(AssertUnwindSafe(|| self.consumer.key(event)));
        match key {
            Ok(key) => Ok(key?),
            Err(panic) => Err(panicked("key", &*panic)),
        }
    }

    /// Commits a batch, and applies its draft to the state of this node.
    pub(super) async fn commit(
        &mut self,
        batch: W::Batch,
        draft: Draft,
    ) -> Result<(), TransientFailure> {
        let Draft { progress, passed, handled, blocked, freed, retries, stop } = draft;
        let slots = progress.slots.clone();
        let committed = if self.goes_on_at_once() {
            batch.commit_and_begin(progress).await
        } else {
            batch.commit(progress).await.map(|()| None)
        };
        match committed {
            Ok(next) => self.begun.set(next),
            // Nothing was kept, for what handlers wrote into it.
            Err(CommitError::Store(error))
                if handled > 0
                    && !W::IS_EXTERNAL
                    && (!error.is_transient() || self.is_contended(&error, &slots)) =>
            {
                return Err(TransientFailure::Refused(error));
            }
            Err(error) => {
                // Whether it was kept is in doubt, or it was not: the slots say it when they are claimed.
                self.forget_slots();
                return Err(error.into());
            }
        }
        self.contended.is_over();
        self.slots.advance(&slots);
        self.slots.pass(&passed);
        self.waiting.block(blocked);
        for key in freed {
            self.waiting.free(&key);
        }
        for delay in retries {
            self.waiting.retry_in(delay);
        }
        self.lease.count(handled);
        self.to_stop = self.to_stop.take().or(stop);
        self.stop_if_too_many();
        let come = self.slots.held().map(|claim| claim.checkpoint).min();
        self.following.committed.send_replace(come.unwrap_or_default());
        Ok(())
    }

    /// Undoes a batch. That this fails too changes nothing: a batch that is dropped is undone.
    pub(super) async fn rollback(&self, batch: W::Batch) {
        if let Err(error) = batch.rollback().await {
            tracing::debug!(target: "es", projection = %self.lease.id(), %error, "a batch was broken off");
        }
    }
}

/// An error as it is kept: what somebody reads of it, and not a dump.
pub(super) fn kept_text(mut error: String) -> String {
    const MOST: usize = 4096;
    const CUT: &str = " … (cut)";

    if error.len() > MOST {
        let end = (0..=MOST - CUT.len()).rev().find(|end| error.is_char_boundary(*end));
        error.truncate(end.unwrap_or_default());
        error.push_str(CUT);
    }
    error
}

pub(super) fn panicked(what: &str, panic: &(dyn Any + Send)) -> ProjectError {
    let said = panic.downcast_ref::<&str>().copied();
    let said = said.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    ProjectError::new(format!("the {what} panicked: {}", said.unwrap_or("without a word")))
}
