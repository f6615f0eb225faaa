//! Events that follow from the state of an instance, until it is at rest.

use crate::error_text::chain;
use crate::event::definition::Event;
use crate::timestamp::Timestamp;

use super::decide::Draft;
use super::event::{
    Compensating, CompensationStarted, Completed, InterventionRequired, StepIgnored, StepStarted,
    Undone,
};
use super::failure::{Because, Failure};
use super::instance::Instance;
use super::names::StepName;
use super::phase::{Cancel, Failed, Phase, Running, StepPhase, Waiting};
use super::saga_error::SagaError;
use super::step::Step;
use super::step_policy::OnStepFailure;
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
                Phase::Forward { course: StepPhase::Failed(failed), .. } => {
                    let failed = failed.clone();
                    self.after_last_attempt(failed)?;
                }
                Phase::Compensating { course: StepPhase::Ready, .. } => self.next_compensation()?,
                Phase::Compensating { course: StepPhase::Failed(failed), .. } => {
                    let Failed { step, attempt, failure } = failed.clone();
                    self.record(InterventionRequired { step, attempt, failure })?;
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
        let Some(at) = self.instance.last_tried().cloned() else {
            let event = Compensating::NAME.to_owned();
            return Err(SagaError::Misplaced { event, phase: self.instance.phase.as_str() });
        };
        self.record(Compensating { because, at })
    }

    /// The same request again, under the same key.
    ///
    /// A step that the plan has no more is not asked for again, and neither is one whose time is over.
    pub(super) fn begin_step_again(&mut self, waiting: Waiting) -> Result<(), SagaError> {
        let Waiting { failed, failure, .. } = waiting;
        if is_over(&self.instance, self.now) {
            return self.give_up(failed.step, Because::DeadlinePassed);
        }
        let Some(step) = self.plan.step(&failed.step) else {
            return self.give_up(failed.step, Because::Failed(failure));
        };
        let due = self.due(step);
        let Running { step, attempt, request, .. } = failed;
        self.record(StepStarted { step, attempt: attempt.saturating_add(1), due, request })
    }

    /// The same request again, under the same key.
    pub(super) fn begin_compensation_again(&mut self, failed: Running) -> Result<(), SagaError> {
        let due = self.now.saturating_add(self.plan.compensation().timeout);
        let Running { step, attempt, request, .. } = failed;
        self.record(CompensationStarted { step, attempt: attempt.saturating_add(1), due, request })
    }

    fn next_step(&mut self) -> Result<(), SagaError> {
        let tried = self.instance.trail.iter().map(|tried| &tried.step);
        let Some(next) = self.plan.step_after(tried) else {
            return self.record(Completed {});
        };
        let step = StepName::planned(next.name());
        if is_over(&self.instance, self.now) {
            return self.give_up(step, Because::DeadlinePassed);
        }
        let due = self.due(next);
        match self.instance.state.request_of(&step) {
            Ok(request) => self.record(StepStarted { step, attempt: 1, due, request }),
            Err(error) => self.give_up(step, Because::Failed(Failure::failed(chain(&error)))),
        }
    }

    /// The consequence of a step that is not asked for any more.
    fn give_up(&mut self, step: StepName, because: Because) -> Result<(), SagaError> {
        match self.plan.step(&step).map(|step| step.policy().on_failure()) {
            Some(OnStepFailure::Ignore) => self.record(StepIgnored { step }),
            Some(OnStepFailure::Compensate) | None => self.compensate_because(because),
        }
    }

    fn after_last_attempt(&mut self, failed: Failed) -> Result<(), SagaError> {
        let because = match &self.instance.phase {
            Phase::Forward { cancel: Some(Cancel { actor, reason }), .. } => {
                Because::Cancelled { actor: actor.clone(), reason: reason.clone() }
            }
            _ => Because::Failed(failed.failure),
        };
        self.give_up(failed.step, because)
    }

    /// The last step that was tried, is to be compensated and is not yet.
    fn next_compensation(&mut self) -> Result<(), SagaError> {
        let next = self.instance.trail.iter().rev().find_map(|tried| {
            let WayBack::NotTaken { attempts } = tried.way_back else { return None };
            let known = (self.rule)(&tried.progress)?;
            self.is_compensated(&tried.step).then_some((&tried.step, attempts, known))
        });
        let Some((step, attempts, known)) = next else {
            return self.record(Undone {});
        };
        let (step, attempt) = (step.clone(), attempts.saturating_add(1));
        let due = self.now.saturating_add(self.plan.compensation().timeout);
        match self.instance.state.compensation_of(&step, known) {
            Ok(request) => self.record(CompensationStarted { step, attempt, due, request }),
            Err(error) => {
                let failure = Failure::failed(chain(&error));
                self.record(InterventionRequired { step, attempt, failure })
            }
        }
    }

    /// The start is compensated as its own version said; a step as this plan says.
    fn is_compensated(&self, step: &StepName) -> bool {
        match &self.instance.started {
            Some(started) if started.start == *step => started.compensated,
            _ => self.plan.is_compensated(step),
        }
    }

    /// The time of an attempt ends with the deadline of the whole.
    fn due(&self, step: &Step) -> Timestamp {
        let due = self.now.saturating_add(step.policy().timeout());
        self.instance.deadline().map_or(due, |deadline| due.min(deadline))
    }
}
