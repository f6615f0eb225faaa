//! Inputs of an instance, and the reasons for which one of them changes nothing.

use std::fmt;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::event::metadata::{Actor, Reason};
use crate::event::payload::Payload;
use crate::stream::Position;

use super::names::StepName;
use super::stored_value::{UnstorableValue, payload_of};

/// An input of an instance of a saga whose starts are `E`.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Input<E> {
    /// An event that starts an instance.
    Start {
        /// The event.
        event: E,
        /// Its place in the log.
        position: Position,
    },
    /// The answer to an attempt.
    Answered {
        /// The attempt.
        attempt: Attempt,
        /// The answer.
        answer: Answer,
    },
    /// A process has found an attempt under way that it did not begin, and is about to make it again.
    ///
    /// It must be stored before the attempt is made: a refusal no longer means that nothing was done.
    Resumed(Attempt),
    /// Some time has passed: an attempt that is due has failed, and a wait is over.
    TimePassed,
    /// A user or an operator cancels the instance.
    Cancel {
        /// The user or operator.
        actor: Actor,
        /// The reason of the user or operator.
        reason: Reason,
    },
    /// An operator skips a step that the plan allows to skip.
    Skip(Intervention),
    /// An operator asks for further attempts of a compensation that has failed for good.
    Retry(Intervention),
    /// A person has taken a step back whose compensation has failed for good.
    MarkCompensated(Intervention),
}

/// An act of an operator on the step and the attempt that were seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Intervention {
    /// The step that the operator has seen. Of another one nothing is changed.
    pub step: StepName,
    /// The attempt that the operator has seen. After another one nothing is changed, so that an act that is
    /// told twice is one.
    pub attempt: u32,
    /// The operator.
    pub actor: Actor,
    /// The reason of the operator.
    pub reason: Reason,
}

/// One attempt of a step or of its compensation.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Attempt {
    /// The step.
    pub step: StepName,
    /// The direction.
    pub direction: Direction,
    /// The number of the attempt, from 1.
    pub number: u32,
}

/// The direction of an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    /// The step itself.
    Step,
    /// The compensation of the step.
    Compensation,
}

/// The answer to an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Answer {
    /// It was done.
    Completed(Payload),
    /// The answer was no. Of a step it is final; a compensation is asked for again, since what it takes
    /// back may not have arrived yet.
    Refused(String),
    /// There was an error, and nobody knows what was done.
    Failed(String),
}

impl Answer {
    /// It was done, with this output.
    ///
    /// # Errors
    ///
    /// If the output cannot be stored, or would be read as another one.
    pub fn completed<O: Serialize + DeserializeOwned>(output: &O) -> Result<Self, UnstorableValue> {
        payload_of(output).map(Self::Completed)
    }

    /// It was done, and there is nothing to tell.
    #[must_use]
    pub fn done() -> Self {
        Self::Completed(Payload::from_store("null".to_owned()))
    }
}

/// The reason for which an input changes nothing. Each is expected now and then, and is no error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Ignored {
    /// The event is none that starts an instance by the plan.
    Unclaimed,
    /// The instance was started already.
    AlreadyStarted,
    /// There is no such instance.
    NotStarted,
    /// The instance has ended. Its key cannot be used again, since the keys of its requests were used.
    Ended,
    /// The attempt is no longer the one under way: it is answered, or its time is over.
    Late,
    /// Nothing is due yet.
    Early,
    /// The attempt is known to be made again, or it would make no difference.
    AlreadyResumed,
    /// It was cancelled already.
    AlreadyCancelled,
    /// Too late to cancel or to skip: all that was tried is being taken back.
    AlreadyCompensating,
    /// The instance needs no intervention.
    NoIntervention,
    /// The operator has seen another step than the current one.
    OtherStep,
    /// The operator has seen another attempt than the last one.
    OtherAttempt,
    /// The plan does not allow to skip the step.
    NotSkippable,
}

impl Ignored {
    /// The reason as a label of a metric.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unclaimed => "unclaimed",
            Self::AlreadyStarted => "already started",
            Self::NotStarted => "not started",
            Self::Ended => "ended",
            Self::Late => "late",
            Self::Early => "early",
            Self::AlreadyResumed => "already resumed",
            Self::AlreadyCancelled => "already cancelled",
            Self::AlreadyCompensating => "already compensating",
            Self::NoIntervention => "no intervention",
            Self::OtherStep => "other step",
            Self::OtherAttempt => "other attempt",
            Self::NotSkippable => "not skippable",
        }
    }
}

impl fmt::Display for Ignored {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
