//! Acts of users and operators on an instance: each is an event with who and why.
//!
//! None is decided by a release that is older than the instance: its plan is another one.

use super::error::TellError;
use super::handle::{LoadedSaga, Sagas, stream_of};
use super::store::SagaStore;
use super::subject::{Subject, Told};
use crate::event::metadata::{Actor, Reason};
use crate::process::{Input, Intervention, Saga};
use crate::store::event_store::EventStore;

impl<L: EventStore, K: SagaStore> Sagas<L, K> {
    /// Cancels an instance: the attempt under way ends, and all that was tried is taken back.
    ///
    /// It is durable when this returns, whichever process drives the instance. A compensation is never cancelled.
    ///
    /// # Errors
    ///
    /// [`TellError::Ignored`] if there is no such instance, it has ended, or it is cancelled or taken back already.
    pub async fn cancel<S: Saga>(
        &self,
        id: &S::Id,
        actor: Actor,
        reason: Reason,
    ) -> Result<LoadedSaga<S>, TellError> {
        self.tell(id, &Input::Cancel { actor, reason }).await
    }

    /// Skips the current step, if the plan [allows it](crate::process::StepPolicy::may_be_skipped): the next one is
    /// asked for.
    ///
    /// # Errors
    ///
    /// [`TellError::Ignored`] if the instance is at another step by now, or the step cannot be skipped.
    pub async fn skip<S: Saga>(
        &self,
        id: &S::Id,
        seen: Intervention,
    ) -> Result<LoadedSaga<S>, TellError> {
        self.tell(id, &Input::Skip(seen)).await
    }

    /// Requests further attempts of a compensation that failed for good.
    ///
    /// # Errors
    ///
    /// [`TellError::Ignored`] if the instance needs no intervention, or at another step.
    pub async fn retry<S: Saga>(
        &self,
        id: &S::Id,
        seen: Intervention,
    ) -> Result<LoadedSaga<S>, TellError> {
        self.tell(id, &Input::Retry(seen)).await
    }

    /// Records that a person has taken a step back whose compensation failed for good. The rest is taken back by the
    /// saga.
    ///
    /// # Errors
    ///
    /// [`TellError::Ignored`] if the instance needs no intervention, or at another step.
    pub async fn mark_compensated<S: Saga>(
        &self,
        id: &S::Id,
        seen: Intervention,
    ) -> Result<LoadedSaga<S>, TellError> {
        self.tell(id, &Input::MarkCompensated(seen)).await
    }

    async fn tell<S: Saga>(
        &self,
        id: &S::Id,
        input: &Input<S::Start>,
    ) -> Result<LoadedSaga<S>, TellError> {
        let stream = stream_of::<S>(id).map_err(|error| TellError::Instance(error.into()))?;
        let plan = S::definition().plan()?;
        let mut subject = Subject::<S>::load(&self.log, &stream).await?;
        if subject.is_newer_than(&plan) {
            return Err(TellError::NewerVersion { stream, known: plan.version() });
        }
        subject.expect_known()?;
        match subject.tell(&self.log, &plan, input).await? {
            Told::Stored => Ok(LoadedSaga { instance: subject.instance, version: subject.version }),
            Told::Ignored(reason) => Err(TellError::Ignored { stream, reason }),
        }
    }
}
