//! Handling of events that are a batch each.

use super::batch::{Draft, Entry};
use super::consumer::Consumer;
use super::run_loop::Runner;
use super::sink::Sink;
use super::transient_retry::TransientFailure;
use crate::read::projection::{ProjectionStore, SlotProgress};
use crate::store::event_store::EventStore;

impl<S: EventStore, P: ProjectionStore, W: Sink<P>, C: Consumer<W::Db>> Runner<S, P, W, C> {
    /// True if each event is a batch of its own: where its effect cannot be undone, a crash then repeats the
    /// one in hand and no other. A `bulk` handler says that a repetition does no harm.
    pub(super) fn is_stepwise(&self) -> bool {
        W::IS_EXTERNAL && !self.consumer.is_bulk()
    }

    /// Handles events one after another, and commits after each how far its slot has come: what was done
    /// elsewhere is not done again, but for the one event that was in hand when the process died.
    ///
    /// ```text
    /// mails    #1 sent | noted   #2 sent | noted   #3 sent ✗ killed
    /// after                                        #3 sent | noted   #4 …
    /// ```
    ///
    /// Says whether all are done; if not, the slots have to be looked at first.
    pub(super) async fn handle_stepwise(
        &mut self,
        entries: Vec<Entry>,
    ) -> Result<bool, TransientFailure> {
        for entry in entries {
            if self.stop.is_cancelled() {
                // What comes next is the next turn's.
                return Ok(false);
            }
            let Some(claim) = self.slots.get(entry.slot) else {
                return Ok(false);
            };
            let reached = SlotProgress::new(claim.slot, claim.epoch, entry.event.position);
            self.handle_each(vec![entry], Draft::new(vec![reached])).await?;
        }
        Ok(true)
    }
}
