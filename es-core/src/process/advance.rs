//! Events that follow from the state of an instance, until it is at rest.

use crate::timestamp::Timestamp;

use super::decide::Draft;
use super::event::{
    Compensating, CompensationStarted, Completed, InterventionRequired, StepIgnored, StepStarted,
    Undone,
};
use super::failure::{Because, Failure};
use super::instance::Instance;
use super::names::{ActivityKey, StepName};
use super::phase::{Phase, Running, StepPhase};
use super::saga_error::SagaError;
use super::step::{OnStepFailure, Step};
use super::trail::WayBack;
use super::untyped::UntypedSaga;

/// True if the deadline of the instance has passed at the instant `now`.
pub(super) fn is_over<S>(instance: &Instance<S>, now: Timestamp) -> bool {
    instance.deadline().is_some_and(|deadline| now >= deadline)
}

impl<S: UntypedSaga> Draft<'_, S> {
    /// Records what follows from the state, until an attempt is under way or waited for, a person is
    /// asked, or all has ended.
    pub(super) fn advance(&mut self) -> Result<(), SagaError> {
        loop {
            match &self.instance.phase {
                Phase::Forward { course: StepPhase::Ready, cancel: Some(cancel) } => {
                    let (actor, reason) = (cancel.actor.clone(), cancel.reason.clone());
                    self.compensate_because(Because::Cancelled { actor, reason })?;
                }
                Phase::Forward { course: StepPhase::Ready, cancel: None } => self.next_step()?,
                Phase::Forward { course: StepPhase::Failed { step, failure }, .. } => {
                    let (step, failure) = (step.clone(), failure.clone());
                    self.after_last_attempt(step, failure)?;
                }
                Phase::Compensating { course: StepPhase::Ready, .. } => self.next_compensation()?,
                Phase::Compensating { course: StepPhase::Failed { step, failure }, .. } => {
                    let (step, failure) = (step.clone(), failure.clone());
                    self.record(InterventionRequired { step, failure })?;
                }
                Phase::Forward {
                    course: StepPhase::Running(_) | StepPhase::Waiting(_), ..
                }
                | Phase::Compensating {
                    course: StepPhase::Running(_) | StepPhase::Waiting(_),
                    ..
                }
                | Phase::New
                | Phase::Intervention { .. }
                | Phase::Ended(_) => return Ok(()),
            }
        }
    }

    pub(super) fn compensate_because(&mut self, because: Because) -> Result<(), SagaError> {
        let Some(last) = self.instance.trail.last() else { return Ok(()) };
        let at = last.step.clone();
        self.record(Compensating { because, at })
    }

    /// The same request again, under the same key.
    pub(super) fn begin_step_again(&mut self, failed: Running) -> Result<(), SagaError> {
        let Some(step) = self.plan.step(&failed.step) else {
            return Err(SagaError::UnknownStep { step: failed.step });
        };
        let due = self.due(step);
        let Running { step, attempt, key, request, .. } = failed;
        self.record(StepStarted { step, attempt: attempt + 1, key, due, request })
    }

    /// The same request again, under the same key.
    pub(super) fn begin_compensation_again(&mut self, failed: Running) -> Result<(), SagaError> {
        let due = self.now.saturating_add(self.plan.compensation().timeout);
        let Running { step, attempt, key, request, .. } = failed;
        self.record(CompensationStarted { step, attempt: attempt + 1, key, due, request })
    }

    fn next_step(&mut self) -> Result<(), SagaError> {
        let tried = self.instance.trail.iter().map(|tried| &tried.step);
        let Some(next) = self.plan.step_after(tried) else {
            return self.record(Completed {});
        };
        let step = StepName::planned(next.name());
        if is_over(&self.instance, self.now) {
            return match next.on_failure() {
                OnStepFailure::Ignore => self.record(StepIgnored { step }),
                OnStepFailure::Compensate => self.compensate_because(Because::DeadlinePassed),
            };
        }
        let due = self.due(next);
        let request = self.instance.state.request_of(&step)?;
        let key = ActivityKey::of_step(&self.instance.stream, &step);
        self.record(StepStarted { step, attempt: 1, key, due, request })
    }

    fn after_last_attempt(&mut self, step: StepName, failure: Failure) -> Result<(), SagaError> {
        match self.plan.step(&step).map(Step::on_failure) {
            Some(OnStepFailure::Ignore) => self.record(StepIgnored { step }),
            Some(OnStepFailure::Compensate) | None => {
                let cancelled = match &self.instance.phase {
                    Phase::Forward { cancel: Some(cancel), .. } => Some(cancel.clone()),
                    _ => None,
                };
                self.compensate_because(match cancelled {
                    Some(cancel) => {
                        Because::Cancelled { actor: cancel.actor, reason: cancel.reason }
                    }
                    None => Because::Failed(failure),
                })
            }
        }
    }

    /// The last step that was tried, is to be compensated and is not yet.
    fn next_compensation(&mut self) -> Result<(), SagaError> {
        let next = self.instance.trail.iter().rev().find_map(|tried| {
            let WayBack::NotTaken { attempts } = tried.way_back else { return None };
            let known = (self.rule)(&tried.progress)?;
            self.plan.is_compensated(&tried.step).then_some((&tried.step, attempts, known))
        });
        let Some((step, attempts, known)) = next else {
            return self.record(Undone {});
        };
        let request = self.instance.state.compensation_of(step, known)?;
        let step = step.clone();
        let key = ActivityKey::of_compensation(&self.instance.stream, &step);
        let due = self.now.saturating_add(self.plan.compensation().timeout);
        self.record(CompensationStarted { step, attempt: attempts + 1, key, due, request })
    }

    /// The time of an attempt ends with the deadline of the whole.
    fn due(&self, step: &Step) -> Timestamp {
        let due = self.now.saturating_add(step.timeout());
        self.instance.deadline().map_or(due, |deadline| due.min(deadline))
    }
}
