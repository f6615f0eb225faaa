//! Batches of a node: handlers are called in them, and their progress is committed with what these wrote.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use futures_util::FutureExt;
use tracing::Span;

use super::chained::Begun;
use super::consumer::{Consumer, Handed};
use super::contended::Contended;
use super::draft::Draft;
use super::fault::{self, Fault, Tried, panicked};
use super::lease::Lease;
use super::sink::{Sink, SinkBatch};
use super::slot_holder::SlotHolder;
use super::too_old::TooOld;
use super::transient_retry::TransientFailure;
use crate::event::recorded::RecordedEvent;
use crate::read::projection::gauges;
use crate::read::projection::rebuild::Verified;
use crate::read::projection::spans;
use crate::read::projection::unreadable::NotOnTheList;
use crate::read::projection::{
    CommitError, OnFailure, Parked, ProjectError, ProjectionKey, ProjectionStore, RunOptions, Slot,
    SlotProgress,
};
use crate::store::error::StoreError;
use crate::store::event_store::EventStore;
use crate::stream::Position;

/// Begins, fills and commits the batches of a node, for the ways in which events are handled: a page at once,
/// one by one, each in a batch of its own, and again.
pub(super) struct Batches<P: ProjectionStore, W: Sink<P>, C> {
    kept: P,
    sink: W,
    consumer: C,
    lease: Arc<Lease<P>>,
    options: RunOptions,
    begun: Begun<W::Batch>,
    contended: Contended,
    /// The kinds of events that this release cannot read.
    too_old: TooOld,
    /// The span of the batch in hand. Not the current one: not every subscriber knows that.
    span: Span,
}

/// The time at which the batch after the one that is committed begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// At once: its events are there, and nothing is to be done before it.
    AtOnce,
    /// After something that may take its time, as each careful look at one event after another. A batch that
    /// is begun holds a connection.
    Later,
}

impl<P: ProjectionStore, W: Sink<P>, C: Consumer<W::Db>> Batches<P, W, C> {
    pub(super) fn new(
        kept: P,
        sink: W,
        consumer: C,
        lease: Arc<Lease<P>>,
        options: RunOptions,
    ) -> Self {
        let (begun, contended, too_old) = Default::default();
        let span = Span::none();
        Self { kept, sink, consumer, lease, options, begun, contended, too_old, span }
    }

    pub(super) fn consumer(&self) -> &C {
        &self.consumer
    }

    pub(super) fn too_old(&mut self) -> &mut TooOld {
        &mut self.too_old
    }

    /// Begins the span of a batch.
    pub(super) fn enter(&mut self) -> Span {
        self.span = spans::project(self.lease.id());
        self.span.clone()
    }

    /// The span of the batch in hand.
    pub(super) fn span(&self) -> &Span {
        &self.span
    }

    /// The most events of a batch.
    pub(super) fn most(&self) -> usize {
        self.options.batch() as usize
    }

    /// The treatment of an event that fails: where its effect cannot be undone it is tried again unless it is
    /// said otherwise.
    pub(super) fn on_failure(&self) -> OnFailure {
        let by_itself = if W::IS_EXTERNAL { OnFailure::Retry } else { OnFailure::default() };
        self.options.on_failure().unwrap_or(by_itself)
    }

    /// True if each event is a batch of its own: where its effect cannot be undone, a crash then repeats the
    /// one in hand and no other. A `bulk` handler says that a repetition does no harm.
    pub(super) fn are_stepwise(&self) -> bool {
        W::IS_EXTERNAL && !self.consumer.is_bulk()
    }

    /// Begins the batch that `draft` is of.
    pub(super) async fn begin(
        &mut self,
        node: &mut SlotHolder<P>,
        draft: &Draft,
    ) -> Result<W::Batch, TransientFailure> {
        if W::IS_EXTERNAL && !node.still_holds(&draft.progress.slots).await? {
            return Err(TransientFailure::Lost);
        }
        if let Some(begun) = self.begun.take() {
            return Ok(begun);
        }
        Ok(self.sink.begin(&self.kept, self.lease.holder(), node.state()).await?)
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

    /// Handles one event, or writes nothing at all.
    pub(super) async fn handle_one(
        &self,
        node: &SlotHolder<P>,
        slot: Slot,
        key: ProjectionKey,
        event: &RecordedEvent,
        batch: &mut W::Batch,
    ) -> Result<Tried, TransientFailure> {
        batch.savepoint().await?;
        let handed = node.handed(slot, key, event.clone());
        let id = self.lease.id();
        let error = match self.handle(vec![handed], batch).await {
            Err(Fault::Overdue) => {
                let limit = self.options.event_limit();
                return Ok(Tried::Broken(fault::overdue(id, event, limit)));
            }
            Err(Fault::Failed(error)) => error,
            Ok(()) => match batch.check().await {
                Ok(()) => return Ok(Tried::Done),
                Err(error) if self.kept.is_transient(&error) => error,
                Err(error) => fault::not_kept(id, event, error),
            },
        };
        if self.kept.is_transient(&error) {
            if !self.has_outlasted() {
                if self.kept.is_contention(&error) {
                    return Ok(Tried::Contended(error));
                }
                return Err(TransientFailure::Handler(error));
            }
            let lease = self.options.lease();
            return Ok(Tried::Broken(fault::outlasted(id, event, lease, error)));
        }
        match batch.rollback_to().await {
            Ok(()) => Ok(Tried::Failed(error)),
            Err(why) => Ok(Tried::Broken(fault::not_undone(id, event, error, &why))),
        }
    }

    /// True if the event in hand has been there for so long that the store has ended its batch for it: a
    /// lost connection is no accident then.
    pub(super) fn has_outlasted(&self) -> bool {
        self.lease.hand().elapsed() >= self.options.lease()
    }

    /// True if a moment may cure the error that a batch up to `through` failed with, and did not too often.
    pub(super) fn may_pass(&mut self, error: &ProjectError, through: Position) -> bool {
        self.kept.is_transient(error)
            && !self.has_outlasted()
            && !(self.kept.is_contention(error) && self.contended.is_too_often(through))
    }

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

    /// Returns the key that orders an event. A panic of the key function is an error.
    pub(super) fn key(&self, event: &RecordedEvent) -> Result<ProjectionKey, ProjectError> {
        let key = catch_unwind(AssertUnwindSafe(|| self.consumer.key(event)));
        match key {
            Ok(key) => Ok(key?),
            Err(panic) => Err(panicked("key", &*panic)),
        }
    }

    /// The reason why an event is not for this release of the consumer, if it is not.
    pub(super) fn not_read(&self, event: &RecordedEvent) -> Option<ProjectError> {
        let is_read =
            self.consumer.reads(&event.event.name) || event.transformed_stream().is_some();
        (!is_read).then(|| ProjectError::new(NotOnTheList::new(self.lease.id(), event)))
    }

    /// Notes that this node is too old for an event, if that is what it failed with.
    pub(super) fn is_too_old_for(&mut self, event: &RecordedEvent, error: &ProjectError) -> bool {
        self.too_old.is_so_for(event, error, &self.lease)
    }

    /// Checks that an event that failed may be parked, beside the keys of `node` that wait and `more` keys of
    /// this batch. If so much waits for the same reason already, the node stops before the event.
    pub(super) fn may_wait(
        &mut self,
        node: &SlotHolder<P>,
        event: &RecordedEvent,
        error: &ProjectError,
        more: usize,
    ) -> Result<(), TransientFailure> {
        let (waiting, policy) = (node.keys().len() + more, self.on_failure());
        self.too_old.may_wait(event, error, &self.lease, waiting, policy)
    }

    /// Commits a batch, and has the node take over what follows from its draft.
    pub(super) async fn commit(
        &mut self,
        node: &mut SlotHolder<P>,
        batch: W::Batch,
        draft: Draft,
        next: Next,
    ) -> Result<(), TransientFailure> {
        let mut draft = draft;
        let progress = std::mem::take(&mut draft.progress);
        let slots = progress.slots.clone();
        let committed = match next {
            Next::AtOnce => batch.commit_and_begin(progress).await,
            Next::Later => batch.commit(progress).await.map(|()| None),
        };
        match committed {
            Ok(next) => self.begun.set(next),
            // Nothing was kept, for what handlers wrote into it.
            Err(CommitError::Store(error))
                if draft.handled > 0
                    && !W::IS_EXTERNAL
                    && (!error.is_transient() || self.is_contended(&error, &slots)) =>
            {
                return Err(TransientFailure::Refused(error));
            }
            Err(error) => {
                // Whether it was kept is in doubt, or it was not: the slots say it when they are claimed.
                node.forget();
                return Err(error.into());
            }
        }
        self.contended.is_over();
        node.apply(&slots, draft);
        Ok(())
    }

    /// The commit of a batch with one event in it, which is to blame if nothing is kept.
    pub(super) async fn commit_of(
        &mut self,
        node: &mut SlotHolder<P>,
        event: &RecordedEvent,
        batch: W::Batch,
        draft: Draft,
    ) -> Result<Result<(), ProjectError>, TransientFailure> {
        match self.commit(node, batch, draft, Next::Later).await {
            Ok(()) => Ok(Ok(())),
            Err(TransientFailure::Refused(error)) => {
                let error = ProjectError::new(error);
                Ok(Err(fault::not_kept(self.lease.id(), event, error)))
            }
            Err(failure) => Err(failure),
        }
    }

    /// Commits a batch in which no handler is called.
    pub(super) async fn note(
        &mut self,
        node: &mut SlotHolder<P>,
        draft: Draft,
    ) -> Result<(), TransientFailure> {
        let batch = self.begin(node, &draft).await?;
        self.commit(node, batch, draft, Next::Later).await
    }

    /// True if a commit of these slots has failed with contention once too often.
    fn is_contended(&mut self, error: &StoreError, slots: &[SlotProgress]) -> bool {
        let last = slots.iter().map(|slot| slot.checkpoint).max();
        self.contended.is_of_commit(error, last)
    }

    /// Undoes a batch. That this fails too changes nothing: a batch that is dropped is undone.
    pub(super) async fn rollback(&self, batch: W::Batch) {
        if let Err(error) = batch.rollback().await {
            tracing::debug!(target: "es", projection = %self.lease.id(), %error, "a batch was broken off");
        }
    }

    /// Undoes the batch that was begun for what comes next, if one was.
    pub(super) async fn put_back(&mut self) {
        if let Some(begun) = self.begun.take() {
            self.rollback(begun).await;
        }
    }

    /// Returns up to `limit` parked events of the node that are due.
    pub(super) async fn due(
        &self,
        node: &SlotHolder<P>,
        limit: u32,
    ) -> Result<Vec<Parked>, StoreError> {
        let (slots, kinds) = (node.slots().numbers(), self.too_old.kinds());
        self.kept.due(self.lease.id(), &slots, &kinds, limit).await
    }

    /// Returns up to `limit` parked events of a key, after a position.
    pub(super) async fn parked(
        &self,
        key: &ProjectionKey,
        after: Position,
        limit: usize,
    ) -> Result<Vec<Parked>, StoreError> {
        let limit = u32::try_from(limit).unwrap_or(u32::MAX);
        self.kept.parked(self.lease.id(), key, after, limit).await
    }

    /// Verifies what the version has written, before it serves.
    pub(super) async fn verify<S: EventStore>(&self, log: &S) -> Result<Verified, StoreError> {
        let keys = self.options.sampled_keys();
        self.sink.verify(&self.consumer, log, &self.kept, keys).await
    }
}
