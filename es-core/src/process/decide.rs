//! Decisions of an instance on its inputs: the events that follow from each.

use std::time::Duration;

use crate::event::set::EventSet;
use crate::stream::Position;
use crate::timestamp::Timestamp;

use super::advance::is_over;
use super::event::{
    CancelRequested, Compensated, CompensationFailed, SagaEvent, Started, StepCompleted,
    StepFailed, StepResumed,
};
use super::failure::{Because, Failure};
use super::input::{Answer, Attempt, Direction, Ignored, Input};
use super::instance::Instance;
use super::names::StepName;
use super::phase::{Made, Phase, Running, StepPhase, Waiting};
use super::plan::Plan;
use super::saga_error::SagaError;
use super::step::Compensation;
use super::step_request::RequestKind;
use super::trail::{CompensationRule, tried};
use super::untyped::UntypedSaga;

/// The result of an input.
#[derive(Clone, Debug, PartialEq)]
pub enum Reaction<S> {
    /// Something follows from it.
    Changed {
        /// The events to append, all at once, at the version up to which the instance was read.
        events: Vec<SagaEvent>,
        /// The instance once they are stored.
        instance: Box<Instance<S>>,
    },
    /// Nothing follows from it.
    Ignored(Ignored),
}

impl<S: UntypedSaga> Instance<S> {
    /// Decides on an input at the instant `now`. Pure: the same arguments have the same result, and the
    /// instance itself is unchanged.
    ///
    /// Inputs can be told one after another, each to the instance that the one before has left, and all
    /// their events appended at once, in that order. The answer of a command is stored so, together with the
    /// events of the command: see [`CommandStep`](super::CommandStep).
    ///
    /// An input that was told before changes nothing, and neither does one that is late, early or for an
    /// instance that does not expect it: see [`Ignored`].
    ///
    /// # Errors
    ///
    /// If the answer of a step cannot be read. Nothing follows from it then: it can be told again once the
    /// code is repaired, and after the time of the attempt the step is asked for again, or fails.
    ///
    /// A request that cannot be prepared is no error here. A step has failed then, and for a compensation a
    /// person is asked.
    pub fn decide(
        &self,
        plan: &Plan,
        input: Input<S::Start>,
        now: Timestamp,
    ) -> Result<Reaction<S>, SagaError> {
        self.decide_by(tried, plan, input, now)
    }

    /// The decision under another rule for what is compensated: tests show that other rules break.
    pub(super) fn decide_by(
        &self,
        rule: CompensationRule,
        plan: &Plan,
        input: Input<S::Start>,
        now: Timestamp,
    ) -> Result<Reaction<S>, SagaError> {
        let mut draft = Draft { plan, rule, now, instance: self.clone(), events: Vec::new() };
        if let Some(ignored) = draft.take(input)? {
            return Ok(Reaction::Ignored(ignored));
        }
        draft.advance()?;
        Ok(Reaction::Changed { events: draft.events, instance: Box::new(draft.instance) })
    }
}

/// A decision in the making: every event is applied as soon as it is recorded, so that the result is the
/// fold of the events by construction.
pub(super) struct Draft<'a, S> {
    pub(super) plan: &'a Plan,
    pub(super) rule: CompensationRule,
    pub(super) now: Timestamp,
    pub(super) instance: Instance<S>,
    events: Vec<SagaEvent>,
}

impl<S: UntypedSaga> Draft<'_, S> {
    pub(super) fn record(&mut self, event: impl Into<SagaEvent>) -> Result<(), SagaError> {
        self.record_heard(event.into(), None)
    }

    fn record_heard(
        &mut self,
        event: SagaEvent,
        heard: Option<&S::Start>,
    ) -> Result<(), SagaError> {
        self.instance.evolve(&event, heard)?;
        self.events.push(event);
        Ok(())
    }

    /// Records what an input says by itself; [`advance`](Self::advance) records what follows from it.
    fn take(&mut self, input: Input<S::Start>) -> Result<Option<Ignored>, SagaError> {
        match (&self.instance.phase, input) {
            (Phase::Ended(_), _) => Ok(Some(Ignored::Ended)),
            (Phase::New, Input::Start { event, position }) => self.start(&event, position),
            (_, Input::Start { .. }) => Ok(Some(Ignored::AlreadyStarted)),
            (Phase::New, _) => Ok(Some(Ignored::NotStarted)),
            (_, Input::Answered { attempt, answer }) => self.answered(&attempt, answer),
            (_, Input::Resumed(attempt)) => self.resumed(attempt),
            (_, Input::TimePassed) => self.time_passed(),
            (_, Input::Cancel { actor, reason }) => self.cancel(CancelRequested { actor, reason }),
            (_, Input::Skip(asked)) => self.skip(asked),
            (_, Input::Retry(asked)) => self.retry(asked),
            (_, Input::MarkCompensated(asked)) => self.mark_compensated(asked),
        }
    }

    fn start(
        &mut self,
        event: &S::Start,
        position: Position,
    ) -> Result<Option<Ignored>, SagaError> {
        let name = event.name();
        let Some(start) = self.plan.starts().iter().find(|start| start.name() == name.as_str())
        else {
            return Ok(Some(Ignored::Unclaimed));
        };
        let started = Started {
            version: self.plan.version(),
            start: StepName::planned(start.name()),
            compensated: matches!(start.compensation(), Compensation::Planned { .. }),
            heard: position,
            deadline: self.now.saturating_add(self.plan.deadline()),
        };
        self.record_heard(started.into(), Some(event))?;
        Ok(None)
    }

    fn answered(
        &mut self,
        attempt: &Attempt,
        answer: Answer,
    ) -> Result<Option<Ignored>, SagaError> {
        let Some((direction, running)) = self.instance.running() else {
            return Ok(Some(Ignored::Late));
        };
        if attempt.direction != direction || !running.is(&attempt.step, attempt.number) {
            return Ok(Some(Ignored::Late));
        }
        let running = running.clone();
        let failure = match answer {
            Answer::Completed(output) => {
                let (step, attempt) = (running.step, running.attempt);
                match direction {
                    Direction::Step => self.record(StepCompleted { step, attempt, output })?,
                    Direction::Compensation => self.record(Compensated { step, attempt })?,
                }
                return Ok(None);
            }
            Answer::Refused(error) => Failure::refused(error),
            Answer::Failed(error) => Failure::failed(error),
        };
        self.failed(direction, &running, failure)?;
        Ok(None)
    }

    fn resumed(&mut self, attempt: Attempt) -> Result<Option<Ignored>, SagaError> {
        match self.instance.running() {
            Some((direction, running))
                if attempt.direction == direction && running.is(&attempt.step, attempt.number) =>
            {
                // Only the refusal of an activity's first attempt says that nothing was done.
                let matters = direction == Direction::Step
                    && attempt.number == 1
                    && running.request.kind == RequestKind::Activity;
                if !matters || running.made == Made::Again {
                    return Ok(Some(Ignored::AlreadyResumed));
                }
                self.record(StepResumed { step: attempt.step, attempt: attempt.number })?;
                Ok(None)
            }
            _ => Ok(Some(Ignored::Late)),
        }
    }

    fn time_passed(&mut self) -> Result<Option<Ignored>, SagaError> {
        if let Some((direction, running)) = self.instance.running() {
            if self.now < running.due {
                return Ok(Some(Ignored::Early));
            }
            let running = running.clone();
            self.failed(direction, &running, Failure::TimedOut)?;
            return Ok(None);
        }
        let Some((direction, waiting)) = self.instance.waiting() else {
            return Ok(
                matches!(self.instance.phase, Phase::Intervention { .. }).then_some(Ignored::Early)
            );
        };
        if self.now < waiting.until {
            return Ok(Some(Ignored::Early));
        }
        let waiting = waiting.clone();
        match direction {
            Direction::Step => self.begin_step_again(waiting)?,
            Direction::Compensation => self.begin_compensation_again(waiting.failed)?,
        }
        Ok(None)
    }

    fn failed(
        &mut self,
        direction: Direction,
        running: &Running,
        failure: Failure,
    ) -> Result<(), SagaError> {
        let (step, attempt) = (running.step.clone(), running.attempt);
        match direction {
            Direction::Step => {
                let retry_at = self.retry_of_step(running, &failure);
                self.record(StepFailed { step, attempt, failure, retry_at })
            }
            Direction::Compensation => {
                let delay = self.plan.compensation().retry.delay(running.tries);
                let retry_at = self.after(delay);
                self.record(CompensationFailed { step, attempt, failure, retry_at })
            }
        }
    }

    /// The instant of the next attempt: none after a refusal, after a cancel, and if the deadline would
    /// have passed by then.
    fn retry_of_step(&self, running: &Running, failure: &Failure) -> Option<Timestamp> {
        let is_cancelled = matches!(self.instance.phase, Phase::Forward { cancel: Some(_), .. });
        if is_cancelled || matches!(failure, Failure::Refused { .. }) {
            return None;
        }
        let step = self.plan.step(&running.step)?;
        self.after(step.policy().retry().delay(running.tries))
            .filter(|at| !is_over(&self.instance, *at))
    }

    fn after(&self, delay: Option<Duration>) -> Option<Timestamp> {
        delay.map(|delay| self.now.saturating_add(delay))
    }

    fn cancel(&mut self, cancel: CancelRequested) -> Result<Option<Ignored>, SagaError> {
        match &self.instance.phase {
            Phase::Forward { cancel: Some(_), .. }
            | Phase::Compensating { because: Because::Cancelled { .. }, .. }
            | Phase::Intervention { because: Because::Cancelled { .. }, .. } => {
                Ok(Some(Ignored::AlreadyCancelled))
            }
            Phase::Compensating { .. } | Phase::Intervention { .. } => {
                Ok(Some(Ignored::AlreadyCompensating))
            }
            Phase::Forward { .. } | Phase::New | Phase::Ended(_) => {
                self.record(cancel)?;
                Ok(None)
            }
        }
    }
}

impl<S> Instance<S> {
    fn running(&self) -> Option<(Direction, &Running)> {
        match self.course()? {
            (direction, StepPhase::Running(running)) => Some((direction, running)),
            _ => None,
        }
    }

    fn waiting(&self) -> Option<(Direction, &Waiting)> {
        match self.course()? {
            (direction, StepPhase::Waiting(waiting)) => Some((direction, waiting)),
            _ => None,
        }
    }

    fn course(&self) -> Option<(Direction, &StepPhase)> {
        match &self.phase {
            Phase::Forward { course, .. } => Some((Direction::Step, course)),
            Phase::Compensating { course, .. } => Some((Direction::Compensation, course)),
            Phase::New | Phase::Intervention { .. } | Phase::Ended(_) => None,
        }
    }
}
