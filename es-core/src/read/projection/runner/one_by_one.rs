//! A page event by event, so that one that fails takes no other with it.

use std::collections::HashMap;

use super::batch::{Draft, Entry};
use super::consumer::Consumer;
use super::fault::{self, Fault, Tried};
use super::run_loop::Runner;
use super::sink::{Sink, SinkBatch};
use super::transient_retry::TransientFailure;
use crate::event::recorded::RecordedEvent;
use crate::read::projection::{ProjectError, ProjectionStore, Slot};
use crate::store::event_store::EventStore;
use crate::stream::Position;

/// The events that are known to fail, with their errors.
pub(super) type Known = HashMap<Position, ProjectError>;

impl<S: EventStore, P: ProjectionStore, W: Sink<P>, C: Consumer<W::Db>> Runner<S, P, W, C> {
    /// Handles events one by one. Those that fail are parked, with what follows of their keys, and the
    /// rest is committed.
    ///
    /// All of them in one batch with a savepoint each, as long as that holds. An event that takes its batch
    /// along, or whose fault shows at the commit alone, is found by giving each a batch of its own.
    pub(super) async fn handle_each(
        &mut self,
        mut entries: Vec<Entry>,
        draft: Draft,
    ) -> Result<(), TransientFailure> {
        let keyless = entries.iter_mut();
        let keyless = keyless.filter_map(|entry| Some((entry.event.position, entry.fails.take()?)));
        let mut known: Known = keyless.collect();
        if self.handle_in_one(&entries, draft.clone(), &mut known).await? {
            return Ok(());
        }
        self.handle_alone(entries, draft, known).await
    }

    /// Handles the events in one batch. Returns true if the batch was committed.
    async fn handle_in_one(
        &mut self,
        entries: &[Entry],
        mut draft: Draft,
        known: &mut Known,
    ) -> Result<bool, TransientFailure> {
        let policy = self.on_failure();
        let mut batch = self.begin(&draft).await?;
        for entry in entries {
            if self.waiting.is_blocked(&entry.key) || draft.blocked.contains(&entry.key) {
                draft.behind(entry.again());
                continue;
            }
            draft.handled += 1;
            if let Some(error) = known.get(&entry.event.position) {
                if let Err(failure) = self.may_wait(&entry.event, error, draft.blocked.len()) {
                    self.rollback(batch).await;
                    return Err(failure);
                }
                draft.failed(entry.again(), error, policy);
                continue;
            }
            match self.handle_one(entry.slot, &entry.event, &mut batch).await {
                Ok(Tried::Done) => {}
                Ok(Tried::Failed(error)) => {
                    if let Err(failure) = self.may_wait(&entry.event, &error, draft.blocked.len()) {
                        self.rollback(batch).await;
                        return Err(failure);
                    }
                    draft.failed(entry.again(), &error, policy);
                }
                Ok(Tried::Broken(error)) => {
                    known.insert(entry.event.position, error);
                    return Ok(false);
                }
                Ok(Tried::Contended(_)) => {
                    self.rollback(batch).await;
                    return Ok(false);
                }
                Err(failure) => {
                    self.rollback(batch).await;
                    return Err(failure);
                }
            }
        }
        self.span.record("es.events.count", draft.handled);
        self.span.record("es.parked.count", draft.progress.parked.len() as u64);
        match self.commit(batch, draft).await {
            Err(TransientFailure::Refused(_)) => Ok(false),
            done => done.map(|()| true),
        }
    }

    /// Handles one event, or writes nothing at all.
    pub(super) async fn handle_one(
        &self,
        slot: Slot,
        event: &RecordedEvent,
        batch: &mut W::Batch,
    ) -> Result<Tried, TransientFailure> {
        batch.savepoint().await?;
        let handed = self.handed(slot, event.clone());
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
}
