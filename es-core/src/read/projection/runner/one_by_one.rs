//! A page event by event, so that one that fails takes no other with it.

use std::collections::HashMap;

use super::batch::{Batches, Next};
use super::consumer::Consumer;
use super::draft::{Draft, Entry};
use super::fault::Tried;
use super::sink::Sink;
use super::slot_holder::SlotHolder;
use super::transient_retry::TransientFailure;
use crate::read::projection::{ProjectError, ProjectionStore};
use crate::stream::Position;

/// The events that are known to fail, with their errors.
pub(super) type Known = HashMap<Position, ProjectError>;

impl<P: ProjectionStore, W: Sink<P>, C: Consumer<W::Db>> Batches<P, W, C> {
    /// Handles events one by one. Those that fail are parked, with what follows of their keys, and the
    /// rest is committed.
    ///
    /// All of them in one batch with a savepoint each, as long as that holds. An event that takes its batch
    /// along, or whose fault shows at the commit alone, is found by giving each a batch of its own.
    pub(super) async fn handle_each(
        &mut self,
        node: &mut SlotHolder<P>,
        mut entries: Vec<Entry>,
        draft: Draft,
    ) -> Result<(), TransientFailure> {
        let keyless = entries.iter_mut();
        let keyless = keyless.filter_map(|entry| Some((entry.event.position, entry.fails.take()?)));
        let mut known: Known = keyless.collect();
        if self.handle_in_one(node, &entries, draft.clone(), &mut known).await? {
            return Ok(());
        }
        self.handle_alone(node, entries, draft, known).await
    }

    /// Handles the events in one batch. Returns true if the batch was committed.
    async fn handle_in_one(
        &mut self,
        node: &mut SlotHolder<P>,
        entries: &[Entry],
        mut draft: Draft,
        known: &mut Known,
    ) -> Result<bool, TransientFailure> {
        let policy = self.on_failure();
        let mut batch = self.begin(node, &draft).await?;
        for entry in entries {
            if node.keys().is_blocked(&entry.key) || draft.blocked.contains(&entry.key) {
                draft.behind(entry.again());
                continue;
            }
            draft.handled += 1;
            if let Some(error) = known.get(&entry.event.position) {
                if let Err(failure) = self.may_wait(node, &entry.event, error, draft.blocked.len())
                {
                    self.rollback(batch).await;
                    return Err(failure);
                }
                draft.failed(entry.again(), error, policy);
                continue;
            }
            match self
                .handle_one(node, entry.slot, entry.key.clone(), &entry.event, &mut batch)
                .await
            {
                Ok(Tried::Done) => {}
                Ok(Tried::Failed(error)) => {
                    if let Err(failure) =
                        self.may_wait(node, &entry.event, &error, draft.blocked.len())
                    {
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
        self.span().record("es.events.count", draft.handled);
        self.span().record("es.parked.count", draft.progress.parked.len() as u64);
        match self.commit(node, batch, draft, Next::Later).await {
            Err(TransientFailure::Refused(_)) => Ok(false),
            done => done.map(|()| true),
        }
    }
}
