//! A saga that is being run.

use std::fmt;

use tokio::sync::watch;
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::read::projection::{Ended, Running};

/// A saga that this process runs, beside the others that run it.
///
/// Dropped, it stops: attempts under way end in the background, and its instances are handed over. So it is kept for
/// as long as the service lives, and [stopped](Self::stop) when that ends.
#[must_use = "a saga stops when its `RunningSaga` is dropped"]
pub struct RunningSaga {
    slots: Running,
    stop: DropGuard,
    /// Closed when the driver has ended.
    driven: watch::Receiver<()>,
}

impl RunningSaga {
    pub(super) fn new(
        slots: Running,
        stop: CancellationToken,
        driven: watch::Receiver<()>,
    ) -> Self {
        Self { slots, stop: stop.drop_guard(), driven }
    }

    /// Ends the run of this process: nothing is begun any more, attempts under way have
    /// [a moment](super::SagaOptions::with_grace) to end, and the instances are handed over.
    pub async fn stop(self) {
        let Self { slots, stop, mut driven } = self;
        stop.disarm().cancel();
        // An error says that the driver has ended.
        while driven.changed().await.is_ok() {}
        slots.stop().await;
    }

    /// Waits until the saga is no longer run by this process, and returns the reason: for example that the log was
    /// replaced by another one.
    pub async fn ended(&mut self) -> Ended {
        self.slots.ended().await
    }
}

impl fmt::Debug for RunningSaga {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RunningSaga").field("slots", &self.slots).finish_non_exhaustive()
    }
}
