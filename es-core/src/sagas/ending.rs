//! Waiting for the end of an instance.

use std::time::Duration;

use tokio::time::{Instant, timeout_at};

use super::error::InstanceError;
use super::handle::{LoadedSaga, Sagas, stream_of};
use super::store::SagaStore;
use crate::process::{End, Failure, Phase, Saga, StepName};
use crate::store::cursor::Cursor;
use crate::store::error::StoreError;
use crate::store::event_store::EventStore;
use crate::stream::Position;

/// The state of an instance after a wait for its end.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Outcome {
    /// It has ended.
    Ended(End),
    /// A compensation failed for good, and a person has to intervene.
    RequiresIntervention {
        /// The step that could not be taken back.
        step: StepName,
        /// The last failure of its compensation.
        failure: Failure,
    },
    /// It goes on.
    StillRunning,
    /// It was not started.
    NotStarted,
}

impl Outcome {
    fn of<S>(loaded: &LoadedSaga<S>) -> Self {
        match loaded.instance.phase() {
            Phase::Ended(end) => Self::Ended(end.clone()),
            Phase::Intervention { step, failure, .. } => {
                Self::RequiresIntervention { step: step.clone(), failure: failure.clone() }
            }
            Phase::New => Self::NotStarted,
            Phase::Forward { .. } | Phase::Compensating { .. } => Self::StillRunning,
        }
    }

    fn is_final(&self) -> bool {
        matches!(self, Self::Ended(_) | Self::RequiresIntervention { .. })
    }
}

impl<L: EventStore, K: SagaStore> Sagas<L, K> {
    /// Waits until an instance has ended or needs a person, `timeout` at most, and returns how it is then. An instance
    /// that was not started yet is waited for.
    ///
    /// # Errors
    ///
    /// As [`load`](Self::load).
    pub async fn wait_for_end<S: Saga>(
        &self,
        id: &S::Id,
        timeout: Duration,
    ) -> Result<Outcome, InstanceError> {
        let deadline = Instant::now().checked_add(timeout);
        let stream = stream_of::<S>(id)?;
        loop {
            // The end of the log before the look, so that nothing comes between the two.
            let mut safe = self.end_of_log().await?;
            let loaded = self.load::<S>(id).await?;
            let outcome = Outcome::of(&loaded);
            if outcome.is_final() {
                return Ok(outcome);
            }
            // The log grows with the events of others, too.
            let after = Cursor::After(loaded.version);
            while self.log.stream_page(&stream, after, 1).await?.is_empty() {
                let grown = self.log.log_grown(safe);
                let Some(deadline) = deadline else {
                    // Longer than the clock goes.
                    grown.await;
                    safe = self.end_of_log().await?;
                    continue;
                };
                if timeout_at(deadline, grown).await.is_err() {
                    return Ok(outcome);
                }
                safe = self.end_of_log().await?;
            }
        }
    }

    async fn end_of_log(&self) -> Result<Position, StoreError> {
        Ok(self.log.log_page(Cursor::END, 1).await?.safe)
    }
}
