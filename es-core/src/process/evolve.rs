//! Fold of an instance: the transitions of its phases.

use crate::event::payload::Payload;
use crate::event::set::EventSet;

use super::event::{CancelRequested, SagaEvent, Started};
use super::instance::Instance;
use super::phase::{Cancel, Phase, StepPhase};
use super::saga_error::SagaError;
use super::trail::{Progress, TrailStep, WayBack};
use super::untyped::UntypedSaga;

impl<S: UntypedSaga> Instance<S> {
    /// Applies one event of the stream, and the event of the log that it refers to by
    /// [`SagaEvent::heard`].
    ///
    /// These are the transitions. An event in a phase that is not in the table is an error, and so is one of
    /// another step or attempt. A step is begun once, and a cancel that is noted lets nothing begin.
    ///
    /// | phase | event | next phase |
    /// |---|---|---|
    /// | `New` | `Started` | `Forward`, ready |
    /// | `Forward`, ready | `StepStarted`, of a step that is not in the trail | running |
    /// | | `StepIgnored`, of a step that is not in the trail | ready |
    /// | | `Completed` | `Ended` |
    /// | `Forward`, running | `StepResumed` | running, made again |
    /// | | `StepCompleted`, `StepSkipped` | ready |
    /// | | `StepFailed` | waiting if there is a `retry_at`, otherwise failed |
    /// | | `CancelRequested` | running, with the cancel noted |
    /// | `Forward`, waiting | `StepStarted` | running |
    /// | | `StepSkipped`, `StepIgnored` | ready |
    /// | | `CancelRequested` | ready, with the cancel noted |
    /// | `Forward`, failed | `StepIgnored` | ready |
    /// | `Forward`, not running | `Compensating` | `Compensating`, ready |
    /// | `Compensating`, ready | `CompensationStarted` | running |
    /// | | `InterventionRequired`, as it cannot be prepared | `Intervention` |
    /// | | `Undone` | `Ended` |
    /// | `Compensating`, running | `Compensated` | ready |
    /// | | `CompensationFailed` | waiting if there is a `retry_at`, otherwise failed |
    /// | `Compensating`, waiting | `CompensationStarted` | running |
    /// | `Compensating`, failed | `InterventionRequired` | `Intervention` |
    /// | `Intervention` | `RetryRequested`, `ManuallyCompensated` | `Compensating`, ready |
    ///
    /// # Errors
    ///
    /// If the event is misplaced, refers to an event that is missing, or contains an answer that the
    /// saga cannot read. The instance is as before then.
    pub fn evolve(&mut self, event: &SagaEvent, heard: Option<&S::Start>) -> Result<(), SagaError> {
        match (&self.phase, event) {
            (Phase::New, SagaEvent::Started(started)) => self.start(started, heard),
            (Phase::Forward { .. }, _) => self.forward(event),
            (Phase::Compensating { .. }, _) => self.compensate(event),
            (Phase::Intervention { .. }, _) => self.intervene(event),
            (Phase::New | Phase::Ended(_), _) => Err(self.misplaced(event)),
        }
    }

    fn start(&mut self, started: &Started, heard: Option<&S::Start>) -> Result<(), SagaError> {
        let missing = SagaError::MissingEvent { position: started.heard };
        self.state.apply_start(heard.ok_or(missing)?.clone());
        // It was done before the saga began, and what there is to know of it is in the state.
        let done = Progress::Done { output: Payload::from_store("null".to_owned()) };
        self.trail.push(TrailStep::new(started.start.clone(), done));
        self.started = Some(started.clone());
        self.phase = Phase::Forward { course: StepPhase::Ready, cancel: None };
        Ok(())
    }

    fn intervene(&mut self, event: &SagaEvent) -> Result<(), SagaError> {
        let Phase::Intervention { step, attempt, because, at, .. } = &self.phase else {
            return Err(self.misplaced(event));
        };
        let (because, at) = (because.clone(), at.clone());
        match event {
            SagaEvent::RetryRequested(asked)
                if asked.step == *step && asked.attempt == *attempt => {}
            SagaEvent::ManuallyCompensated(done) if done.step == *step => {
                self.note_way_back(&done.step, WayBack::Manually);
            }
            _ => return Err(self.misplaced(event)),
        }
        self.phase = Phase::Compensating { course: StepPhase::Ready, because, at };
        Ok(())
    }

    pub(super) fn misplaced(&self, event: &SagaEvent) -> SagaError {
        SagaError::Misplaced { event: event.name().to_string(), phase: self.phase.as_str() }
    }
}

impl Cancel {
    pub(super) fn of(asked: &CancelRequested) -> Self {
        Self { actor: asked.actor.clone(), reason: asked.reason.clone() }
    }
}
