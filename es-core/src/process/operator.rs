//! Acts of operators: each on the step that was seen, and an event with who and why.

use super::decide::Draft;
use super::event::{ManuallyCompensated, RetryRequested, StepSkipped};
use super::input::{Ignored, Intervention};
use super::names::StepName;
use super::phase::{Phase, Running, StepPhase, Waiting};
use super::saga_error::SagaError;
use super::step::OnSkip;
use super::untyped::UntypedSaga;

impl<S: UntypedSaga> Draft<'_, S> {
    pub(super) fn skip(&mut self, asked: Intervention) -> Result<Option<Ignored>, SagaError> {
        let Phase::Forward {
            course:
                StepPhase::Running(Running { step, .. })
                | StepPhase::Waiting(Waiting { failed: Running { step, .. }, .. }),
            ..
        } = &self.instance.phase
        else {
            return Ok(Some(Ignored::AlreadyCompensating));
        };
        if *step != asked.step {
            return Ok(Some(Ignored::OtherStep));
        }
        if self.plan.step(step).is_none_or(|step| step.on_skip() == OnSkip::Refuse) {
            return Ok(Some(Ignored::NotSkippable));
        }
        let Intervention { step, actor, reason } = asked;
        self.record(StepSkipped { step, actor, reason })?;
        Ok(None)
    }

    pub(super) fn retry(&mut self, asked: Intervention) -> Result<Option<Ignored>, SagaError> {
        if let Some(ignored) = self.unlike_intervention(&asked.step) {
            return Ok(Some(ignored));
        }
        let Intervention { step, actor, reason } = asked;
        self.record(RetryRequested { step, actor, reason })?;
        Ok(None)
    }

    pub(super) fn mark_compensated(
        &mut self,
        asked: Intervention,
    ) -> Result<Option<Ignored>, SagaError> {
        if let Some(ignored) = self.unlike_intervention(&asked.step) {
            return Ok(Some(ignored));
        }
        let Intervention { step, actor, reason } = asked;
        self.record(ManuallyCompensated { step, actor, reason })?;
        Ok(None)
    }

    fn unlike_intervention(&self, seen: &StepName) -> Option<Ignored> {
        match &self.instance.phase {
            Phase::Intervention { step, .. } if step == seen => None,
            Phase::Intervention { .. } => Some(Ignored::OtherStep),
            _ => Some(Ignored::NoIntervention),
        }
    }
}
