//! Transient failures of a node, and the delay before it tries again.

use std::time::Duration;

use tracing::{info, warn};

use super::backoff;
use super::lease::{Lease, chain};
use crate::read::projection::gauges;
use crate::read::projection::{CommitError, ProjectError, ProjectionStore};
use crate::store::error::StoreError;

/// A transient failure of a step. No event is at fault: the step is repeated after a delay, for
/// ever.
#[derive(Debug)]
pub(super) enum TransientFailure {
    /// A store is away.
    Store(StoreError),
    /// A handler failed with what a moment may cure.
    Handler(ProjectError),
    /// The store does not keep what handlers wrote. Which of them it was shows when events are handled one
    /// by one.
    Refused(StoreError),
    /// A slot has gone to another node.
    Lost,
    /// This release is too old for an event, and stops before it.
    TooOld,
}

impl From<StoreError> for TransientFailure {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<CommitError> for TransientFailure {
    fn from(error: CommitError) -> Self {
        match error {
            CommitError::Lost => Self::Lost,
            CommitError::Store(error) => Self::Store(error),
        }
    }
}

/// The troubles of a node, told once each, and how often it has tried.
#[derive(Debug, Default)]
pub(super) struct Trouble {
    told: Option<String>,
    tried: u32,
}

impl Trouble {
    /// Records a failure. Returns the delay before the next try.
    pub(super) fn met<P: ProjectionStore>(
        &mut self,
        failure: &TransientFailure,
        lease: &Lease<P>,
    ) -> Duration {
        let text = match failure {
            TransientFailure::Store(error) | TransientFailure::Refused(error) => Some(chain(error)),
            TransientFailure::Handler(error) => Some(error.chain()),
            TransientFailure::Lost | TransientFailure::TooOld => None,
        };
        gauges::restarted(lease.id());
        if matches!(failure, TransientFailure::Store(_) | TransientFailure::Refused(_)) {
            gauges::failed(lease.id());
        }
        if text.is_some() && text != self.told {
            let error = text.as_deref().unwrap_or_default();
            warn!(target: "es", projection = %lease.id(), error, "the projection waits");
            lease.set_error(text.clone());
            self.told = text;
        }
        self.tried = self.tried.saturating_add(1);
        backoff::while_away(self.tried)
    }

    /// Records that the node makes progress again.
    pub(super) fn is_over<P: ProjectionStore>(&mut self, lease: &Lease<P>) {
        self.tried = 0;
        if self.told.take().is_some() {
            lease.set_error(None);
            info!(target: "es", projection = %lease.id(), "the projection goes on");
        }
    }
}
