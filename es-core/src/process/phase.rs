//! Phases of an instance, as enums.

use crate::event::metadata::{Actor, Reason};
use crate::timestamp::Timestamp;

use super::failure::{Because, Failure};
use super::names::StepName;
use super::request::Request;

/// The phase of an instance. [`Instance::evolve`](super::Instance::evolve) documents the transitions.
///
/// ```text
///            Started            Completed
///    New ───────────► Forward ─────────────► Ended
///                        │                     ▲
///                        │ Compensating        │ Undone
///                        ▼                     │
///                   Compensating ──────────────┘
///                     │      ▲
/// InterventionRequired│      │ RetryRequested, ManuallyCompensated
///                     ▼      │
///                  Intervention
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Phase {
    /// No event is stored.
    New,
    /// The steps of the plan are asked for, one after another.
    Forward {
        /// The state of the current step.
        course: StepPhase,
        /// The cancel that was asked for while an attempt was under way, which ends first.
        cancel: Option<Cancel>,
    },
    /// All that was tried is taken back, the last step first. Nothing cancels it.
    Compensating {
        /// The state of the current compensation.
        course: StepPhase,
        /// The reason.
        because: Because,
        /// The last step that was tried.
        at: StepName,
    },
    /// A compensation failed for good, and a person has to intervene.
    Intervention {
        /// The step that could not be taken back.
        step: StepName,
        /// The number of the last attempt of its compensation.
        attempt: u32,
        /// The last failure of its compensation.
        failure: Failure,
        /// The reason for compensating.
        because: Because,
        /// The last step that was tried.
        at: StepName,
    },
    /// Nothing follows.
    Ended(End),
}

impl Phase {
    /// The phase as a label of a metric.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Forward { .. } => "forward",
            Self::Compensating { .. } => "compensating",
            Self::Intervention { .. } => "requires intervention",
            Self::Ended(End::Completed) => "completed",
            Self::Ended(End::Undone { .. }) => "undone",
        }
    }
}

/// The end of an instance.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum End {
    /// All steps are done, or were ignored or skipped as the plan allows.
    Completed,
    /// All that was tried is taken back, but for what has no compensation.
    Undone {
        /// The reason.
        because: Because,
        /// The last step that was tried.
        at: StepName,
    },
}

/// The state of the current step, or of the current compensation.
///
/// An instance at rest is [`Running`](Self::Running) or [`Waiting`](Self::Waiting), and both have an
/// instant at which they end. The other two are between two events of one append.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum StepPhase {
    /// The next one is to be begun.
    Ready,
    /// An attempt is under way.
    Running(Running),
    /// The next attempt is waited for.
    Waiting(Waiting),
    /// All attempts have failed.
    Failed(Failed),
}

/// A step or a compensation whose attempts have all failed.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Failed {
    /// The step.
    pub step: StepName,
    /// The number of the last attempt.
    pub attempt: u32,
    /// The last failure.
    pub failure: Failure,
}

/// An attempt under way.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Running {
    /// The step.
    pub step: StepName,
    /// The number of the attempt, from 1.
    pub attempt: u32,
    /// The number of attempts of this series: those since an operator asked for further ones.
    pub tries: u32,
    /// The request.
    pub request: Request,
    /// The instant at which the attempt has failed, if that is told before an answer.
    pub due: Timestamp,
    /// The processes that have made the attempt, as far as the stream tells.
    pub made: Made,
}

impl Running {
    /// An attempt that was begun, the nth of its series.
    pub(super) fn begun(
        step: &StepName,
        attempt: u32,
        tries: u32,
        due: Timestamp,
        request: &Request,
    ) -> Self {
        let (step, request) = (step.clone(), request.clone());
        Self { step, attempt, tries, request, due, made: Made::Once }
    }

    pub(super) fn is(&self, step: &StepName, attempt: u32) -> bool {
        self.step == *step && self.attempt == attempt
    }
}

impl Waiting {
    /// True if the attempt is the one that is waited for.
    pub(super) fn is_before(&self, step: &StepName, attempt: u32) -> bool {
        self.failed.step == *step && self.failed.attempt.checked_add(1) == Some(attempt)
    }
}

/// The processes that have made an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Made {
    /// The one that began it.
    Once,
    /// Another one too, which did not know whether the first had an answer.
    Again,
}

/// An attempt that is waited for.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Waiting {
    /// The attempt that failed.
    pub failed: Running,
    /// Its failure.
    pub failure: Failure,
    /// The instant of the next attempt.
    pub until: Timestamp,
}

/// A cancel, with who asked for it and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cancel {
    /// The user or operator.
    pub actor: Actor,
    /// The reason of the user or operator.
    pub reason: Reason,
}
