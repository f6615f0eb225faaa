//! Acts of operators: each on the step that was seen, and an event with who and why.

use super::decide::Draft;
use super::event::{ManuallyCompensated, RetryRequested, StepSkipped};
use super::input::{Ignored, Intervention};
use super::names::StepName;
use super::phase::{Phase, Running, StepPhase, Waiting};
use super::saga_error::SagaError;
use super::step_policy::OnSkip;
use super::untyped::UntypedSaga;

impl<S: UntypedSaga> Draft<'_, S> {
    pub(super) fn skip(&mut self, asked: Intervention) -> Result<Option<Ignored>, SagaError> {
        let Phase::Forward {
            course:
                StepPhase::Running(Running { step, attempt, .. })
                | StepPhase::Waiting(Waiting { failed: Running { step, attempt, .. }, .. }),
            ..
        } = &self.instance.phase
        else {
            return Ok(Some(Ignored::AlreadyCompensating));
        };
        if let Some(ignored) = asked.unlike_seen(step, *attempt) {
            return Ok(Some(ignored));
        }
        if self.plan.step(step).is_none_or(|step| step.policy().on_skip() == OnSkip::Refuse) {
            return Ok(Some(Ignored::NotSkippable));
        }
        let Intervention { step, actor, reason, .. } = asked;
        self.record(StepSkipped { step, actor, reason })?;
        Ok(None)
    }

    pub(super) fn retry(&mut self, asked: Intervention) -> Result<Option<Ignored>, SagaError> {
        if let Some(ignored) = self.unlike_intervention(&asked) {
            return Ok(Some(ignored));
        }
        let Intervention { step, attempt, actor, reason } = asked;
        self.record(RetryRequested { step, attempt, actor, reason })?;
        Ok(None)
    }

    pub(super) fn mark_compensated(
        &mut self,
        asked: Intervention,
    ) -> Result<Option<Ignored>, SagaError> {
        if let Some(ignored) = self.unlike_intervention(&asked) {
            return Ok(Some(ignored));
        }
        let Intervention { step, actor, reason, .. } = asked;
        self.record(ManuallyCompensated { step, actor, reason })?;
        Ok(None)
    }

    fn unlike_intervention(&self, seen: &Intervention) -> Option<Ignored> {
        match &self.instance.phase {
            Phase::Intervention { step, attempt, .. } => seen.unlike_seen(step, *attempt),
            _ => Some(Ignored::NoIntervention),
        }
    }
}

impl Intervention {
    /// The reason to change nothing, if something else than `step` and its `attempt` was seen.
    fn unlike_seen(&self, step: &StepName, attempt: u32) -> Option<Ignored> {
        if self.step != *step {
            return Some(Ignored::OtherStep);
        }
        (self.attempt != attempt).then_some(Ignored::OtherAttempt)
    }
}
