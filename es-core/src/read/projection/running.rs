//! A projection that is being run.

use std::fmt;

use tokio::sync::watch;
use tokio_util::sync::{CancellationToken, DropGuard};

use super::{Held, ProjectionId, VersionState};
use crate::store::checkpoint::Incarnation;
use crate::stream::Position;

/// A projection that this process runs, beside the others that run it.
///
/// Dropped, it stops: its batch is finished and its slots are handed over in the background. So it is
/// kept for as long as the service lives, and [stopped](Self::stop) when that ends.
#[must_use = "a projection stops when its `Running` is dropped"]
pub struct Running {
    id: ProjectionId,
    state: watch::Receiver<VersionState>,
    held: watch::Receiver<Held>,
    ended: watch::Receiver<Option<Ended>>,
    stop: DropGuard,
}

/// The reason that a projection is no longer run.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Ended {
    /// The projection was told to stop.
    #[error("it was told to stop")]
    Stopped,
    /// Another version took the place of this one, and somebody dropped its rows.
    #[error("another version took its place, and its rows were dropped")]
    Retired,
    /// The projection follows another log than the present one: the log was restored or replaced.
    #[error(
        "it follows log {known}, and this is log {actual}: it was restored or replaced; rebuild the \
         projection"
    )]
    OtherLog {
        /// The log that its rows come from.
        known: Incarnation,
        /// The log that there is.
        actual: Incarnation,
    },
    /// The log ends before events that it has handled: it was restored, or a server that lagged behind
    /// took over.
    #[error(
        "it has handled events up to position {position}, and the log ends at {head}: events are gone; \
         rebuild the projection"
    )]
    AheadOfLog {
        /// The position that the projection has reached.
        position: Position,
        /// The position at which the log ends.
        head: Position,
    },
    /// The store that keeps it panicked, or the tokio runtime was shut down.
    #[error("it broke off: the store panicked, or the runtime was shut down")]
    BrokenOff,
}

impl Running {
    pub(super) fn new(
        id: ProjectionId,
        state: watch::Receiver<VersionState>,
        held: watch::Receiver<Held>,
        ended: watch::Receiver<Option<Ended>>,
        stop: CancellationToken,
    ) -> Self {
        Self { id, state, held, ended, stop: stop.drop_guard() }
    }

    /// Returns the projection and its version.
    #[must_use]
    pub fn id(&self) -> &ProjectionId {
        &self.id
    }

    /// The state of its version, as far as this process has heard.
    ///
    /// One that is [retired](VersionState::Retired) since another version took its place is run still, and
    /// handles nothing: it is there when it is [reinstated](super::ProjectionHandle::reinstate).
    #[must_use]
    pub fn state(&self) -> VersionState {
        *self.state.borrow()
    }

    /// The slots that this run holds, as they change. Closed when it holds none any more, since it ends.
    pub(crate) fn held(&self) -> watch::Receiver<Held> {
        self.held.clone()
    }

    /// Ends the run of this process: the batch in hand is finished, its slots are handed over, and other
    /// nodes take them at once. Takes no longer than the lease; a handler that takes longer is
    /// cancelled, and its batch rolled back.
    ///
    /// [`ProjectionHandle::stop`](super::ProjectionHandle::stop) stops the projection on all nodes until it is
    /// resumed, also when they restart.
    pub async fn stop(self) {
        self.shut_down().await;
    }

    /// Does the same, and returns the reason of the end: it may have ended before.
    pub(crate) async fn shut_down(self) -> Ended {
        let Self { stop, mut ended, .. } = self;
        stop.disarm().cancel();
        Ended::told(&mut ended).await
    }

    /// Waits until the projection is no longer run, and returns the reason. A projection that is
    /// stopped by [`OnFailure::Stop`](super::OnFailure::Stop) is still run: it waits until it is
    /// resumed. So is a version that another one replaced: it waits until it is reinstated or
    /// dropped.
    pub async fn ended(&mut self) -> Ended {
        Ended::told(&mut self.ended).await
    }
}

impl Ended {
    /// Waits until the reason is told. An end without a word is one, too.
    pub(crate) async fn told(ended: &mut watch::Receiver<Option<Self>>) -> Self {
        match ended.wait_for(Option::is_some).await {
            Ok(ended) => ended.clone().unwrap_or(Self::BrokenOff),
            Err(_) => Self::BrokenOff,
        }
    }
}

impl fmt::Debug for Running {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ended = self.ended.borrow().clone();
        f.debug_struct("Running")
            .field("id", &self.id)
            .field("state", &self.state())
            .field("ended", &ended)
            .finish_non_exhaustive()
    }
}
