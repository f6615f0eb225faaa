//! Trail of an instance: what was tried, in order, and the rule by which it is compensated.

use crate::event::payload::Payload;

use super::names::StepName;

/// A step that was tried, as far as anybody knows: the argument of its compensation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tried<O> {
    /// It was done, and answered so.
    Done(O),
    /// It was asked for, and nobody knows whether it was done.
    Unknown,
}

impl<O> Tried<O> {
    /// The answer, if there was one.
    #[must_use]
    pub fn done(self) -> Option<O> {
        match self {
            Self::Done(output) => Some(output),
            Self::Unknown => None,
        }
    }
}

/// A step in the trail of an instance.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct TrailStep {
    /// The step; the first one is the event that started the instance.
    pub step: StepName,
    /// The result of asking for it.
    pub progress: Progress,
    /// The result of taking it back.
    pub way_back: WayBack,
}

impl TrailStep {
    pub(super) fn new(step: StepName, progress: Progress) -> Self {
        Self { step, progress, way_back: WayBack::NotTaken { attempts: 0 } }
    }
}

/// The result of asking for a step.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Progress {
    /// It was passed over before it was asked for.
    PassedOver,
    /// An activity was asked for, and no attempt had an answer that says what was done.
    Unanswered,
    /// It was asked for, and nothing was done: the first attempt of an activity was refused, or no attempt
    /// of a command was completed.
    NotDone,
    /// A later attempt of an activity was refused. An earlier one may have had an effect, and may still have one.
    RefusedLater,
    /// It was done.
    Done {
        /// The answer; `null` for the event that started the instance.
        output: Payload,
    },
}

/// The result of taking a step back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum WayBack {
    /// It is not taken back.
    NotTaken {
        /// The attempts so far.
        attempts: u32,
    },
    /// It was taken back.
    Compensated,
    /// A person took it back.
    Manually,
}

/// A rule that says which steps are compensated, and what is known of them.
pub(super) type CompensationRule = fn(&Progress) -> Option<Tried<&Payload>>;

/// Tells what was tried: all that was asked for, but for an activity whose first attempt was refused, and for
/// a command that was not completed.
///
/// A step without an answer may have been done, or be done later, when its request arrives at last. So it
/// is compensated, and the compensation is told that nobody knows. A refusal means that nothing was done
/// only if no attempt went before it. A command is stored together with its answer, so without one nothing
/// was done. `tests::enumeration` breaks this rule's neighbours.
pub(super) fn tried(progress: &Progress) -> Option<Tried<&Payload>> {
    match progress {
        Progress::PassedOver | Progress::NotDone => None,
        Progress::Unanswered | Progress::RefusedLater => Some(Tried::Unknown),
        Progress::Done { output } => Some(Tried::Done(output)),
    }
}
