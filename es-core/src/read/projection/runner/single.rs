//! Handling of events in a batch each.

use super::batch::{Draft, Entry};
use super::consumer::Consumer;
use super::fault::{self, Tried};
use super::one_by_one::Known;
use super::run_loop::Runner;
use super::sink::Sink;
use super::transient_retry::TransientFailure;
use crate::event::recorded::RecordedEvent;
use crate::read::projection::{ProjectError, ProjectionStore, SlotProgress};
use crate::store::event_store::EventStore;

impl<S: EventStore, P: ProjectionStore, W: Sink<P>, C: Consumer<W::Db>> Runner<S, P, W, C> {
    /// Handles each event in a batch of its own, and notes with it how far its slot has come.
    /// `rest` is the progress of the page beyond them. Events that are `known` to fail are not
    /// tried again.
    pub(super) async fn handle_alone(
        &mut self,
        entries: Vec<Entry>,
        rest: Draft,
        mut known: Known,
    ) -> Result<(), TransientFailure> {
        let policy = self.on_failure();
        for entry in entries {
            let Some(claim) = self.slots.get(entry.slot) else {
                return Err(TransientFailure::Lost);
            };
            let come = SlotProgress::new(entry.slot, claim.epoch, entry.event.position);
            let mut draft = Draft::new(vec![come]);
            if self.waiting.is_blocked(&entry.key) {
                draft.behind(entry);
            } else {
                let failed = match known.remove(&entry.event.position) {
                    Some(error) => Err(error),
                    None => self.handle_whole(&entry, &draft).await?,
                };
                match failed {
                    Ok(()) => continue,
                    Err(error) => {
                        self.may_wait(&entry.event, &error, 0)?;
                        draft.failed(entry, &error, policy);
                    }
                }
            }
            let batch = self.begin(&draft).await?;
            self.commit(batch, draft).await?;
        }
        let batch = self.begin(&rest).await?;
        self.commit(batch, rest).await
    }

    /// Handles one event and commits it.
    async fn handle_whole(
        &mut self,
        entry: &Entry,
        draft: &Draft,
    ) -> Result<Result<(), ProjectError>, TransientFailure> {
        let mut draft = draft.clone();
        draft.handled = 1;
        let mut batch = self.begin(&draft).await?;
        match self.handle_one(entry.slot, &entry.event, &mut batch).await {
            Ok(Tried::Done) => self.commit_of(&entry.event, batch, draft).await,
            Ok(Tried::Failed(error)) => {
                self.rollback(batch).await;
                Ok(Err(error))
            }
            Ok(Tried::Broken(error)) => Ok(Err(error)),
            Ok(Tried::Contended(error)) => {
                self.rollback(batch).await;
                self.judge_contended(&entry.event, error)
            }
            Err(failure) => {
                self.rollback(batch).await;
                Err(failure)
            }
        }
    }

    /// The commit of a batch with one event in it, which is to blame if nothing is kept.
    pub(super) async fn commit_of(
        &mut self,
        event: &RecordedEvent,
        batch: W::Batch,
        draft: Draft,
    ) -> Result<Result<(), ProjectError>, TransientFailure> {
        match self.commit(batch, draft).await {
            Ok(()) => Ok(Ok(())),
            Err(TransientFailure::Refused(error)) => {
                let error = ProjectError::new(error);
                Ok(Err(fault::not_kept(self.lease.id(), event, error)))
            }
            Err(failure) => Err(failure),
        }
    }
}
