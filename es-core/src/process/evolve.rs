//! Fold of an instance: the transitions of its phases.

use crate::event::payload::Payload;
use crate::event::set::EventSet;
use crate::timestamp::Timestamp;

use super::event::{
    CancelRequested, CompensationStarted, SagaEvent, Started, StepCompleted, StepStarted,
};
use super::failure::Failure;
use super::instance::Instance;
use super::names::StepName;
use super::phase::{Cancel, End, Made, Phase, Running, StepPhase, Waiting};
use super::request::Request;
use super::saga_error::SagaError;
use super::step_request::RequestKind;
use super::trail::{Progress, TrailStep, WayBack};
use super::untyped::UntypedSaga;

impl<S: UntypedSaga> Instance<S> {
    /// Applies one event of the stream, and the event of the log that it refers to by
    /// [`SagaEvent::heard`].
    ///
    /// These are the transitions. An event in a phase that is not in the table is an error.
    ///
    /// | phase | event | next phase |
    /// |---|---|---|
    /// | `New` | `Started` | `Forward`, ready |
    /// | `Forward`, ready | `StepStarted` | running |
    /// | | `StepIgnored`, of the step that would be next | ready |
    /// | | `Completed` | `Ended` |
    /// | `Forward`, running | `StepResumed` | running, made again |
    /// | | `StepCompleted`, `StepSkipped` | ready |
    /// | | `StepFailed` | waiting if there is a `retry_at`, otherwise failed |
    /// | | `CancelRequested` | running, with the cancel noted |
    /// | `Forward`, waiting | `StepStarted` | running |
    /// | | `StepSkipped` | ready |
    /// | | `CancelRequested` | ready, with the cancel noted |
    /// | `Forward`, failed | `StepIgnored` | ready |
    /// | `Forward`, not running | `Compensating` | `Compensating`, ready |
    /// | `Compensating`, ready | `CompensationStarted` | running |
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

    fn forward(&mut self, event: &SagaEvent) -> Result<(), SagaError> {
        let Phase::Forward { course, cancel } = &self.phase else {
            return Err(self.misplaced(event));
        };
        let mut cancel = cancel.clone();
        let course = match (course, event) {
            (StepPhase::Ready, SagaEvent::StepStarted(begun)) => {
                self.trail.push(TrailStep::new(begun.step.clone(), asked_for(&begun.request)));
                StepPhase::Running(Running::step(begun))
            }
            (StepPhase::Waiting(waiting), SagaEvent::StepStarted(begun))
                if waiting.is_before(begun) =>
            {
                StepPhase::Running(Running::step(begun))
            }
            (StepPhase::Ready, SagaEvent::StepIgnored(ignored)) => {
                self.trail.push(TrailStep::new(ignored.step.clone(), Progress::PassedOver));
                StepPhase::Ready
            }
            (StepPhase::Failed { step, .. }, SagaEvent::StepIgnored(ignored))
                if *step == ignored.step =>
            {
                StepPhase::Ready
            }
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
            (course @ StepPhase::Running(_), SagaEvent::CancelRequested(asked)) => {
                cancel = Some(Cancel::of(asked));
                course.clone()
            }
            (StepPhase::Waiting(_), SagaEvent::CancelRequested(asked)) => {
                cancel = Some(Cancel::of(asked));
                StepPhase::Ready
            }
            (
                StepPhase::Ready | StepPhase::Waiting(_) | StepPhase::Failed { .. },
                SagaEvent::Compensating(back),
            ) => {
                let (because, at) = (back.because.clone(), back.at.clone());
                self.phase = Phase::Compensating { course: StepPhase::Ready, because, at };
                return Ok(());
            }
            (StepPhase::Ready, SagaEvent::Completed(_)) => {
                self.phase = Phase::Ended(End::Completed);
                return Ok(());
            }
            _ => return Err(self.misplaced(event)),
        };
        self.phase = Phase::Forward { course, cancel };
        Ok(())
    }

    fn compensate(&mut self, event: &SagaEvent) -> Result<(), SagaError> {
        let Phase::Compensating { course, because, at } = &self.phase else {
            return Err(self.misplaced(event));
        };
        let (because, at) = (because.clone(), at.clone());
        let course = match (course, event) {
            (StepPhase::Ready, SagaEvent::CompensationStarted(begun)) => {
                self.note_way_back(&begun.step, WayBack::NotTaken { attempts: begun.attempt });
                StepPhase::Running(Running::compensation(begun, 1))
            }
            (StepPhase::Waiting(waiting), SagaEvent::CompensationStarted(begun))
                if waiting.failed.step == begun.step =>
            {
                let tries = waiting.failed.tries + 1;
                self.note_way_back(&begun.step, WayBack::NotTaken { attempts: begun.attempt });
                StepPhase::Running(Running::compensation(begun, tries))
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
            (StepPhase::Failed { .. }, SagaEvent::InterventionRequired(asked)) => {
                let (step, failure) = (asked.step.clone(), asked.failure.clone());
                self.phase = Phase::Intervention { step, failure, because, at };
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

    fn intervene(&mut self, event: &SagaEvent) -> Result<(), SagaError> {
        let Phase::Intervention { step, because, at, .. } = &self.phase else {
            return Err(self.misplaced(event));
        };
        let (because, at) = (because.clone(), at.clone());
        match event {
            SagaEvent::RetryRequested(asked) if asked.step == *step => {}
            SagaEvent::ManuallyCompensated(done) if done.step == *step => {
                self.note_way_back(&done.step, WayBack::Manually);
            }
            _ => return Err(self.misplaced(event)),
        }
        self.phase = Phase::Compensating { course: StepPhase::Ready, because, at };
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

    fn note_way_back(&mut self, step: &StepName, way_back: WayBack) {
        if let Some(tried) = self.trail.iter_mut().rev().find(|tried| tried.step == *step) {
            tried.way_back = way_back;
        }
    }

    fn misplaced(&self, event: &SagaEvent) -> SagaError {
        SagaError::Misplaced { event: event.name().to_string(), phase: self.phase.as_str() }
    }
}

/// The progress of a step that was asked for and has no answer.
fn asked_for(request: &Request) -> Progress {
    match request.kind {
        RequestKind::Activity => Progress::Unanswered,
        RequestKind::Command => Progress::NotDone,
    }
}

fn after(failed: Running, failure: &Failure, retry_at: Option<Timestamp>) -> StepPhase {
    match retry_at {
        Some(until) => StepPhase::Waiting(Waiting { failed, until }),
        None => StepPhase::Failed { step: failed.step, failure: failure.clone() },
    }
}

impl Running {
    fn step(begun: &StepStarted) -> Self {
        Self {
            step: begun.step.clone(),
            attempt: begun.attempt,
            tries: begun.attempt,
            key: begun.key.clone(),
            request: begun.request.clone(),
            due: begun.due,
            made: Made::Once,
        }
    }

    fn compensation(begun: &CompensationStarted, tries: u32) -> Self {
        Self {
            step: begun.step.clone(),
            attempt: begun.attempt,
            tries,
            key: begun.key.clone(),
            request: begun.request.clone(),
            due: begun.due,
            made: Made::Once,
        }
    }

    pub(super) fn is(&self, step: &StepName, attempt: u32) -> bool {
        self.step == *step && self.attempt == attempt
    }
}

impl Waiting {
    fn is_before(&self, begun: &StepStarted) -> bool {
        self.failed.step == begun.step && begun.attempt == self.failed.attempt + 1
    }
}

impl Cancel {
    fn of(asked: &CancelRequested) -> Self {
        Self { actor: asked.actor.clone(), reason: asked.reason.clone() }
    }
}
