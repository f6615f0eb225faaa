//! Transitions of the compensations: begun, answered, failed, given to a person.

use super::event::{InterventionRequired, SagaEvent};
use super::evolve_forward::after;
use super::failure::Because;
use super::instance::Instance;
use super::names::StepName;
use super::phase::{End, Phase, Running, StepPhase};
use super::saga_error::SagaError;
use super::trail::WayBack;
use super::untyped::UntypedSaga;

impl<S: UntypedSaga> Instance<S> {
    pub(super) fn compensate(&mut self, event: &SagaEvent) -> Result<(), SagaError> {
        let Phase::Compensating { course, because, at } = &self.phase else {
            return Err(self.misplaced(event));
        };
        let (because, at) = (because.clone(), at.clone());
        let course = match (course, event) {
            (StepPhase::Ready, SagaEvent::CompensationStarted(begun))
                if self.is_next_way_back(&begun.step, begun.attempt) =>
            {
                self.note_way_back(&begun.step, WayBack::NotTaken { attempts: begun.attempt });
                StepPhase::Running(Running::begun(
                    &begun.step,
                    begun.attempt,
                    1,
                    begun.due,
                    &begun.request,
                ))
            }
            (StepPhase::Ready, SagaEvent::InterventionRequired(asked))
                if self.is_next_way_back(&asked.step, asked.attempt) =>
            {
                self.note_way_back(&asked.step, WayBack::NotTaken { attempts: asked.attempt });
                self.phase = intervention(asked, because, at);
                return Ok(());
            }
            (StepPhase::Waiting(waiting), SagaEvent::CompensationStarted(begun))
                if waiting.is_before(&begun.step, begun.attempt) =>
            {
                let tries = waiting.failed.tries.saturating_add(1);
                self.note_way_back(&begun.step, WayBack::NotTaken { attempts: begun.attempt });
                StepPhase::Running(Running::begun(
                    &begun.step,
                    begun.attempt,
                    tries,
                    begun.due,
                    &begun.request,
                ))
            }
            (StepPhase::Running(running), SagaEvent::Compensated(done))
                if running.is(&done.step, done.attempt) =>
            {
                self.note_way_back(&done.step, WayBack::Compensated);
                StepPhase::Ready
            }
            (StepPhase::Running(running), SagaEvent::CompensationFailed(failed))
                if running.is(&failed.step, failed.attempt) =>
            {
                after(running.clone(), &failed.failure, failed.retry_at)
            }
            (StepPhase::Failed(failed), SagaEvent::InterventionRequired(asked))
                if failed.step == asked.step && failed.attempt == asked.attempt =>
            {
                self.phase = intervention(asked, because, at);
                return Ok(());
            }
            (StepPhase::Ready, SagaEvent::Undone(_)) => {
                self.phase = Phase::Ended(End::Undone { because, at });
                return Ok(());
            }
            _ => return Err(self.misplaced(event)),
        };
        self.phase = Phase::Compensating { course, because, at };
        Ok(())
    }

    pub(super) fn note_way_back(&mut self, step: &StepName, way_back: WayBack) {
        if let Some(tried) = self.trail.iter_mut().rev().find(|tried| tried.step == *step) {
            tried.way_back = way_back;
        }
    }

    /// True if the step is in the trail and not taken back, and `attempt` comes after its attempts so far.
    fn is_next_way_back(&self, step: &StepName, attempt: u32) -> bool {
        self.trail.iter().any(|tried| match tried.way_back {
            WayBack::NotTaken { attempts } => {
                tried.step == *step && attempts.checked_add(1) == Some(attempt)
            }
            WayBack::Compensated | WayBack::Manually => false,
        })
    }
}

fn intervention(asked: &InterventionRequired, because: Because, at: StepName) -> Phase {
    Phase::Intervention {
        step: asked.step.clone(),
        attempt: asked.attempt,
        failure: asked.failure.clone(),
        because,
        at,
    }
}
