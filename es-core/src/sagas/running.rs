//! A saga that is being run.

use std::fmt;

use tokio::sync::watch;
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::read::projection::{Ended, ProjectionId};

/// A saga that this process runs, beside the others that run it.
///
/// Dropped, it stops: attempts under way end in the background, and its instances are handed over. So it is kept for
/// as long as the service lives, and [stopped](Self::stop) when that ends.
#[must_use = "a saga stops when its `RunningSaga` is dropped"]
pub struct RunningSaga {
    /// The projection that holds the slots.
    id: ProjectionId,
    stop: DropGuard,
    ended: watch::Receiver<Option<Ended>>,
}

impl RunningSaga {
    pub(super) fn new(
        id: ProjectionId,
        stop: CancellationToken,
        ended: watch::Receiver<Option<Ended>>,
    ) -> Self {
        Self { id, stop: stop.drop_guard(), ended }
    }

    /// Ends the run of this process, and returns when its instances are handed over.
    ///
    /// No instance is begun any more, and no attempt. One that is under way has
    /// [a moment](super::SagaOptions::with_grace) to end; its answer is stored, and with it what follows. What was cut
    /// off, or stored as begun and not made, is [resumed](crate::process::SagaEvent::StepResumed) by another process.
    pub async fn stop(self) {
        let Self { stop, mut ended, .. } = self;
        stop.disarm().cancel();
        Ended::told(&mut ended).await;
    }

    /// Waits until the saga is no longer run by this process, and returns the reason: for example that the log was
    /// replaced by another one, or that the store of sagas panicked.
    pub async fn ended(&mut self) -> Ended {
        Ended::told(&mut self.ended).await
    }
}

impl fmt::Debug for RunningSaga {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ended = self.ended.borrow().clone();
        f.debug_struct("RunningSaga")
            .field("follower", &self.id)
            .field("ended", &ended)
            .finish_non_exhaustive()
    }
}
