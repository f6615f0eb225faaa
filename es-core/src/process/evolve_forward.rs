//! Transitions of the steps: begun, answered, failed, skipped.

use crate::timestamp::Timestamp;

use super::event::{SagaEvent, StepCompleted};
use super::failure::Failure;
use super::instance::Instance;
use super::phase::{Cancel, End, Failed, Made, Phase, Running, StepPhase, Waiting};
use super::request::Request;
use super::saga_error::SagaError;
use super::step_request::RequestKind;
use super::trail::{Progress, TrailStep};
use super::untyped::UntypedSaga;

impl<S: UntypedSaga> Instance<S> {
    pub(super) fn forward(&mut self, event: &SagaEvent) -> Result<(), SagaError> {
        let Phase::Forward { course, cancel } = &self.phase else {
            return Err(self.misplaced(event));
        };
        let mut cancel = cancel.clone();
        let course = match (course, event) {
            (StepPhase::Ready, SagaEvent::StepStarted(begun))
                if cancel.is_none() && begun.attempt == 1 && !self.has_in_trail(&begun.step) =>
            {
                self.trail.push(TrailStep::new(begun.step.clone(), asked_for(&begun.request)));
                StepPhase::Running(Running::begun(
                    &begun.step,
                    begun.attempt,
                    1,
                    begun.due,
                    &begun.request,
                ))
            }
            (StepPhase::Waiting(waiting), SagaEvent::StepStarted(begun))
                if waiting.is_before(&begun.step, begun.attempt) =>
            {
                StepPhase::Running(Running::begun(
                    &begun.step,
                    begun.attempt,
                    waiting.failed.tries.saturating_add(1),
                    begun.due,
                    &begun.request,
                ))
            }
            (StepPhase::Ready, SagaEvent::StepIgnored(ignored))
                if cancel.is_none() && !self.has_in_trail(&ignored.step) =>
            {
                self.trail.push(TrailStep::new(ignored.step.clone(), Progress::PassedOver));
                StepPhase::Ready
            }
            (
                StepPhase::Failed(Failed { step, .. })
                | StepPhase::Waiting(Waiting { failed: Running { step, .. }, .. }),
                SagaEvent::StepIgnored(ignored),
            ) if *step == ignored.step => StepPhase::Ready,
            (StepPhase::Running(running), SagaEvent::StepResumed(resumed))
                if running.is(&resumed.step, resumed.attempt) =>
            {
                StepPhase::Running(Running { made: Made::Again, ..running.clone() })
            }
            (StepPhase::Running(running), SagaEvent::StepCompleted(done))
                if running.is(&done.step, done.attempt) =>
            {
                self.complete(done)?;
                StepPhase::Ready
            }
            (StepPhase::Running(running), SagaEvent::StepFailed(failed))
                if running.is(&failed.step, failed.attempt) =>
            {
                let running = running.clone();
                self.note_failure(&running, &failed.failure);
                after(running, &failed.failure, failed.retry_at)
            }
            (
                StepPhase::Running(Running { step, .. })
                | StepPhase::Waiting(Waiting { failed: Running { step, .. }, .. }),
                SagaEvent::StepSkipped(skipped),
            ) if *step == skipped.step => StepPhase::Ready,
            (course @ StepPhase::Running(_), SagaEvent::CancelRequested(asked))
                if cancel.is_none() =>
            {
                cancel = Some(Cancel::of(asked));
                course.clone()
            }
            (StepPhase::Waiting(_), SagaEvent::CancelRequested(asked)) => {
                cancel = Some(Cancel::of(asked));
                StepPhase::Ready
            }
            (
                StepPhase::Ready | StepPhase::Waiting(_) | StepPhase::Failed(_),
                SagaEvent::Compensating(back),
            ) if self.last_tried() == Some(&back.at) => {
                let (because, at) = (back.because.clone(), back.at.clone());
                self.phase = Phase::Compensating { course: StepPhase::Ready, because, at };
                return Ok(());
            }
            (StepPhase::Ready, SagaEvent::Completed(_)) if cancel.is_none() => {
                self.phase = Phase::Ended(End::Completed);
                return Ok(());
            }
            _ => return Err(self.misplaced(event)),
        };
        self.phase = Phase::Forward { course, cancel };
        Ok(())
    }

    fn complete(&mut self, done: &StepCompleted) -> Result<(), SagaError> {
        // A fold that fails half way must not leave a state behind that no event explains.
        let mut state = self.state.clone();
        state.apply_output(&done.step, &done.output)?;
        self.state = state;
        if let Some(last) = self.trail.last_mut() {
            last.progress = Progress::Done { output: done.output.clone() };
        }
        Ok(())
    }

    fn note_failure(&mut self, running: &Running, failure: &Failure) {
        let is_activity = running.request.kind == RequestKind::Activity;
        let is_first = running.attempt == 1 && running.made == Made::Once;
        if let (true, Some(last), Failure::Refused { .. }) =
            (is_activity, self.trail.last_mut(), failure)
        {
            last.progress = if is_first { Progress::NotDone } else { Progress::RefusedLater };
        }
    }
}

/// The progress of a step that was asked for and has no answer.
fn asked_for(request: &Request) -> Progress {
    match request.kind {
        RequestKind::Activity => Progress::Unanswered,
        RequestKind::Command => Progress::NotDone,
    }
}

/// The state after an attempt that failed.
pub(super) fn after(failed: Running, failure: &Failure, retry_at: Option<Timestamp>) -> StepPhase {
    let failure = failure.clone();
    match retry_at {
        Some(until) => StepPhase::Waiting(Waiting { failed, failure, until }),
        None => StepPhase::Failed(Failed { step: failed.step, attempt: failed.attempt, failure }),
    }
}
