//! Handling of events that are a batch each.

use tokio_util::sync::CancellationToken;

use super::batch::Batches;
use super::consumer::Consumer;
use super::draft::{Draft, Entry};
use super::sink::Sink;
use super::slot_holder::SlotHolder;
use super::transient_retry::TransientFailure;
use crate::read::projection::{ProjectionStore, SlotProgress};

impl<P: ProjectionStore, W: Sink<P>, C: Consumer<W::Db>> Batches<P, W, C> {
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
        node: &mut SlotHolder<P>,
        entries: Vec<Entry>,
        stop: &CancellationToken,
    ) -> Result<bool, TransientFailure> {
        for entry in entries {
            if stop.is_cancelled() {
                // What comes next is the next turn's.
                return Ok(false);
            }
            let Some(claim) = node.slots().get(entry.slot) else {
                return Ok(false);
            };
            let reached = SlotProgress::new(claim.slot, claim.epoch, entry.event.position);
            self.handle_each(node, vec![entry], Draft::new(vec![reached])).await?;
        }
        Ok(true)
    }
}
