//! Faults of attempts.

use std::fmt;

use es_core::process::{Direction, RequestKind};

/// A fault of one attempt, as [`every_failure!`](crate::every_failure) puts it into a story.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// The answer is no, and nothing is done.
    Refused,
    /// The answer is an error, and nothing is done.
    Failed,
    /// There is no answer, and nothing is done.
    Lost,
    /// It is done, and the answer is lost.
    AnswerLost,
    /// There is no answer. The request arrives after everything else.
    Late,
    /// It is done, and the process crashes before it hears the answer. Another one asks again.
    Crashed,
    /// The instance is cancelled while the attempt of a step is under way, which is done and answered.
    Cancelled,
    /// The attempt of a step is done, the answer is lost, and the instance is cancelled when its time is over.
    AnswerLostAndCancelled,
}

impl Fault {
    /// All kinds.
    pub const ALL: [Self; 8] = [
        Self::Refused,
        Self::Failed,
        Self::Lost,
        Self::AnswerLost,
        Self::Late,
        Self::Crashed,
        Self::Cancelled,
        Self::AnswerLostAndCancelled,
    ];

    /// True if an attempt of this kind can have the fault, in this direction. The events of a command are stored
    /// together with its answer, so that there is none that was done without one. Nothing cancels a compensation.
    pub(super) const fn can_happen_to(self, kind: RequestKind, direction: Direction) -> bool {
        let is_activity = matches!(kind, RequestKind::Activity);
        let is_step = matches!(direction, Direction::Step);
        match self {
            Self::Refused | Self::Failed | Self::Lost => true,
            Self::AnswerLost | Self::Late | Self::Crashed => is_activity,
            Self::Cancelled => is_step,
            Self::AnswerLostAndCancelled => is_activity && is_step,
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Refused => "is refused",
            Self::Failed => "fails, and nothing is done",
            Self::Lost => "is lost",
            Self::AnswerLost => "is done, and its answer is lost",
            Self::Late => "has no answer, and arrives after everything else",
            Self::Crashed => "is done, and the process crashes before it is answered",
            Self::Cancelled => "is under way when the instance is cancelled",
            Self::AnswerLostAndCancelled => {
                "is done, its answer is lost, and the instance is cancelled then"
            }
        })
    }
}
