//! A page event by event, so that one that fails takes no other with it.

use super::batch::{Draft, Entry};
use super::consumer::Consumer;
use super::trouble::Hitch;
use super::turns::Runner;
use crate::projection::{ProjectError, ProjectionBatch, ProjectionStore, Slot};
use crate::recorded::RecordedEvent;
use crate::store::EventStore;

impl<S: EventStore, P: ProjectionStore, C: Consumer<P::Db>> Runner<S, P, C> {
    /// Handles events one by one in one batch. Those that fail are set aside, with what follows of their
    /// keys, and the rest is committed.
    pub(super) async fn handle_each(
        &mut self,
        entries: Vec<Entry>,
        mut draft: Draft,
    ) -> Result<(), Hitch> {
        let mut batch = self.begin(&draft).await?;
        for mut entry in entries {
            if self.waiting.is_blocked(&entry.key) || draft.blocked.contains(&entry.key) {
                draft.behind(entry);
                continue;
            }
            draft.handled += 1;
            let tried = match entry.keyless.take() {
                Some(error) => Err(error),
                None => self.handle_one(entry.slot, &entry.event, &mut batch).await?,
            };
            match tried {
                Ok(()) => {}
                Err(error) if self.kept.is_transient(&error) => {
                    self.undo(batch).await;
                    return Err(Hitch::Handler(error));
                }
                Err(error) => draft.failed(entry, &error, self.options.on_failure()),
            }
        }
        self.span.record("es.events.count", draft.handled);
        self.span.record("es.set_aside.count", draft.progress.set_aside.len() as u64);
        self.commit(batch, draft).await
    }

    /// One event, or nothing at all.
    pub(super) async fn handle_one(
        &self,
        slot: Slot,
        event: &RecordedEvent,
        batch: &mut P::Batch,
    ) -> Result<Result<(), ProjectError>, Hitch> {
        batch.mark().await?;
        let handed = self.handed(slot, event.clone());
        let tried = self.handle(vec![handed], batch).await;
        if let Err(error) = &tried
            && !self.kept.is_transient(error)
        {
            batch.back().await?;
        }
        Ok(tried)
    }
}
