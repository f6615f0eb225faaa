//! The next thing that an instance needs, told from its state alone.

use crate::timestamp::Timestamp;

use super::input::{Attempt, Direction};
use super::instance::Instance;
use super::names::{ActivityKey, StepName};
use super::phase::{End, Made, Phase, Running, StepPhase};
use super::request::Request;
use super::step_request::RequestKind;

/// The next thing that an instance at rest needs.
///
/// It follows from the state, so it is the same after a crash. There is no state without a way out:
/// whatever is waited for, at some instant [`Input::TimePassed`](super::Input::TimePassed) ends the wait,
/// or a person is asked.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Next<'a> {
    /// An event that starts it.
    Start,
    /// An attempt of an activity is to be made, and its answer to be told.
    Perform(Call<'a>),
    /// A command is to be decided, and its answer to be told. The events of the decision and those that
    /// follow from the answer are one append: see [`CommandStep`](super::CommandStep).
    Execute(Call<'a>),
    /// At this instant [`Input::TimePassed`](super::Input::TimePassed).
    Wait {
        /// The instant.
        until: Timestamp,
    },
    /// A person.
    Intervention {
        /// The step that could not be taken back.
        step: &'a StepName,
        /// The number of the last attempt of its compensation.
        attempt: u32,
    },
    /// Nothing: it has ended.
    Nothing(&'a End),
}

/// An attempt that is to be made: the request, with its key.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Call<'a> {
    /// The attempt, by which its answer is told.
    pub attempt: Attempt,
    /// The key, the same for every attempt of the request.
    pub key: ActivityKey,
    /// For a compensation the key of the step that it takes back.
    ///
    /// Whoever performs the compensation remembers it, and refuses the step under this key from then on:
    /// its request may still be under way.
    pub compensates: Option<ActivityKey>,
    /// The request.
    pub request: &'a Request,
    /// The instant from which [`Input::TimePassed`](super::Input::TimePassed) ends the attempt. An answer
    /// that is told before that counts, also after this instant.
    pub due: Timestamp,
    /// [`Again`](Made::Again) if several processes have made the attempt.
    pub made: Made,
}

impl<S> Instance<S> {
    /// The request whose attempt is under way or waited for.
    #[must_use]
    pub fn request(&self) -> Option<&Request> {
        let course = match &self.phase {
            Phase::Forward { course, .. } | Phase::Compensating { course, .. } => course,
            Phase::New | Phase::Intervention { .. } | Phase::Ended(_) => return None,
        };
        match course {
            StepPhase::Running(running) => Some(&running.request),
            StepPhase::Waiting(waiting) => Some(&waiting.failed.request),
            StepPhase::Ready | StepPhase::Failed(_) => None,
        }
    }

    /// The next thing that the instance needs.
    ///
    /// A process that has read the instance from a store, and finds a [`Call`] that it did not begin
    /// itself, first stores [`Input::Resumed`](super::Input::Resumed).
    #[must_use]
    pub fn next(&self) -> Next<'_> {
        match &self.phase {
            Phase::New => Next::Start,
            Phase::Forward { course, .. } => self.next_of(course, Direction::Step),
            Phase::Compensating { course, .. } => self.next_of(course, Direction::Compensation),
            Phase::Intervention { step, attempt, .. } => {
                Next::Intervention { step, attempt: *attempt }
            }
            Phase::Ended(end) => Next::Nothing(end),
        }
    }

    fn next_of<'a>(&'a self, course: &'a StepPhase, direction: Direction) -> Next<'a> {
        match course {
            StepPhase::Running(running) => {
                let call = self.call(running, direction);
                match running.request.kind {
                    RequestKind::Activity => Next::Perform(call),
                    RequestKind::Command => Next::Execute(call),
                }
            }
            StepPhase::Waiting(waiting) => Next::Wait { until: waiting.until },
            // Between two events of one append. If an instance was ever stored so, it goes on at once.
            StepPhase::Ready | StepPhase::Failed(_) => {
                Next::Wait { until: Timestamp::from_unix_micros(0) }
            }
        }
    }

    fn call<'a>(&self, running: &'a Running, direction: Direction) -> Call<'a> {
        let step = &running.step;
        let of_step = ActivityKey::of_step(&self.stream, step);
        let (key, compensates) = match direction {
            Direction::Step => (of_step, None),
            Direction::Compensation => {
                (ActivityKey::of_compensation(&self.stream, step), Some(of_step))
            }
        };
        Call {
            attempt: Attempt { step: step.clone(), direction, number: running.attempt },
            key,
            compensates,
            request: &running.request,
            due: running.due,
            made: running.made,
        }
    }
}
