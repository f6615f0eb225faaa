//! Handling of events in a batch each.

use super::batch::Batches;
use super::consumer::Consumer;
use super::draft::{Draft, Entry};
use super::fault::Tried;
use super::one_by_one::Known;
use super::sink::Sink;
use super::slot_holder::SlotHolder;
use super::transient_retry::TransientFailure;
use crate::read::projection::{ProjectError, ProjectionStore, SlotProgress};

impl<P: ProjectionStore, W: Sink<P>, C: Consumer<W::Db>> Batches<P, W, C> {
    /// Handles each event in a batch of its own, and notes with it how far its slot has come.
    /// `rest` is the progress of the page beyond them. Events that are `known` to fail are not
    /// tried again.
    pub(super) async fn handle_alone(
        &mut self,
        node: &mut SlotHolder<P>,
        entries: Vec<Entry>,
        rest: Draft,
        mut known: Known,
    ) -> Result<(), TransientFailure> {
        let policy = self.on_failure();
        for entry in entries {
            let Some(claim) = node.slots().get(entry.slot) else {
                return Err(TransientFailure::Lost);
            };
            let come = SlotProgress::new(entry.slot, claim.epoch, entry.event.position);
            let mut draft = Draft::new(vec![come]);
            if node.keys().is_blocked(&entry.key) {
                draft.behind(entry);
            } else {
                let failed = match known.remove(&entry.event.position) {
                    Some(error) => Err(error),
                    None => self.handle_whole(node, &entry, &draft).await?,
                };
                match failed {
                    Ok(()) => continue,
                    Err(error) => {
                        self.may_wait(node, &entry.event, &error, 0)?;
                        draft.failed(entry, &error, policy);
                    }
                }
            }
            self.note(node, draft).await?;
        }
        self.note(node, rest).await
    }

    /// Handles one event and commits it.
    async fn handle_whole(
        &mut self,
        node: &mut SlotHolder<P>,
        entry: &Entry,
        draft: &Draft,
    ) -> Result<Result<(), ProjectError>, TransientFailure> {
        let mut draft = draft.clone();
        draft.handled = 1;
        let mut batch = self.begin(node, &draft).await?;
        match self.handle_one(node, entry.slot, entry.key.clone(), &entry.event, &mut batch).await {
            Ok(Tried::Done) => self.commit_of(node, &entry.event, batch, draft).await,
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
}
