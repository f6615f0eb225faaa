//! Row of an instance: what a list shows of it, and when it needs attention next.

use std::fmt;

use super::inbox::News;
use crate::error_text::kept_text;
use crate::process::{SagaEvent, StepName};
use crate::read::projection::{ProjectionKey, Slot};
use crate::stream::{Position, StreamId, Version};
use crate::timestamp::Timestamp;

/// The line of a list that shows an instance of a saga.
///
/// It is folded from the events of the instance's stream in the background, a moment after they are stored.
/// The stream decides; the row tells where to look.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct SagaRow {
    /// The stream of the instance: `fulfilment/o-17`.
    pub stream: StreamId,
    /// The version of the stream that the row shows; [`Version::NONE`] before the first event.
    pub version: Version,
    /// The position in the log of the event that starts the instance.
    pub heard: Position,
    /// The version of the saga in which the instance was started.
    pub saga_version: Option<u32>,
    /// The phase.
    pub phase: SagaPhase,
    /// The step that is asked for or taken back; `None` if there is none at the moment.
    pub step: Option<StepName>,
    /// The number of the current attempt, from 1, or of the last one, if the next one or a person is waited for; 0 if
    /// there is none.
    pub attempt: u32,
    /// The thing that the instance waits for.
    pub waits: Waits,
    /// The last failure, or the reason for compensating; at most 4096 bytes.
    pub error: Option<String>,
    /// The instant of the last event.
    pub since: Timestamp,
    /// The instant at which the event that starts the instance was recorded.
    pub started_at: Timestamp,
    /// The instant of the end.
    pub ended_at: Option<Timestamp>,
}

/// The phase of an instance, as lists show it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum SagaPhase {
    /// The event that starts it is in the log, and its stream has no event yet.
    Starting,
    /// Steps are asked for.
    Forward,
    /// All that was tried is taken back.
    Compensating,
    /// A compensation failed for good, and a person has to intervene.
    Intervention,
    /// It has ended with its last step.
    Completed,
    /// It has ended with all taken back.
    Undone,
}

/// The thing that an instance waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Waits {
    /// An attempt, or what follows from the last event. A node that takes the slot over goes on at once.
    Attempt {
        /// The instant at which the attempt has failed if there is no answer.
        due: Timestamp,
    },
    /// The next attempt.
    Time {
        /// The instant of it.
        until: Timestamp,
    },
    /// A person, or nothing any more.
    Nobody,
}

impl Waits {
    /// The instant at which the instance needs attention, whatever happens until then.
    #[must_use]
    pub const fn due(self) -> Option<Timestamp> {
        match self {
            Self::Attempt { due: at } | Self::Time { until: at } => Some(at),
            Self::Nobody => None,
        }
    }
}

impl SagaPhase {
    /// All phases.
    pub const ALL: [Self; 6] = [
        Self::Starting,
        Self::Forward,
        Self::Compensating,
        Self::Intervention,
        Self::Completed,
        Self::Undone,
    ];

    /// The phase as it is stored, and as the label of a metric.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Starting => "starting",
            Self::Forward => "forward",
            Self::Compensating => "compensating",
            Self::Intervention => "requires-intervention",
            Self::Completed => "completed",
            Self::Undone => "undone",
        }
    }

    /// The phase that is stored as `text`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|phase| phase.as_str() == text)
    }
}

impl fmt::Display for SagaPhase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl SagaRow {
    /// The row of an instance that is to be started by the event at `heard`, which was recorded at `at`.
    #[must_use]
    pub fn starting(stream: StreamId, heard: Position, at: Timestamp) -> Self {
        Self {
            stream,
            version: Version::NONE,
            heard,
            saga_version: None,
            phase: SagaPhase::Starting,
            step: None,
            attempt: 0,
            waits: Waits::Attempt { due: at },
            error: None,
            since: at,
            started_at: at,
            ended_at: None,
        }
    }

    /// The slot of the instance.
    #[must_use]
    pub fn slot(&self) -> Slot {
        Slot::of(&ProjectionKey::of_stream(&self.stream))
    }

    pub(super) fn news(&self) -> News {
        let is_at_rest = self.waits == Waits::Nobody;
        News { heard: self.heard, version: self.version, is_at_rest }
    }

    /// Applies the event of the stream at `version`, recorded at `at`. One that the row shows already changes
    /// nothing, so events may be told again.
    pub(crate) fn evolve(&mut self, event: &SagaEvent, version: Version, at: Timestamp) {
        if version <= self.version {
            return;
        }
        self.version = version;
        self.since = at;
        let goes_on = Waits::Attempt { due: at };
        match event {
            SagaEvent::Started(started) => {
                self.saga_version = Some(started.version);
                self.heard = started.heard;
                self.enter(SagaPhase::Forward, goes_on);
            }
            SagaEvent::StepStarted(begun) => self.begin(&begun.step, begun.attempt, begun.due),
            SagaEvent::CompensationStarted(begun) => {
                self.begin(&begun.step, begun.attempt, begun.due);
            }
            SagaEvent::StepFailed(failed) => self.fail(&failed.failure, failed.retry_at, at),
            SagaEvent::CompensationFailed(failed) => {
                self.fail(&failed.failure, failed.retry_at, at);
            }
            SagaEvent::StepCompleted(_)
            | SagaEvent::StepIgnored(_)
            | SagaEvent::StepSkipped(_)
            | SagaEvent::Compensated(_) => self.between_steps(goes_on),
            SagaEvent::CancelRequested(_) => {
                // An attempt under way ends first.
                if matches!(self.waits, Waits::Time { .. }) {
                    self.waits = goes_on;
                }
            }
            SagaEvent::Compensating(back) => {
                self.enter(SagaPhase::Compensating, goes_on);
                self.error = Some(kept_text(back.because.to_string()));
            }
            SagaEvent::InterventionRequired(asked) => {
                self.enter(SagaPhase::Intervention, Waits::Nobody);
                (self.step, self.attempt) = (Some(asked.step.clone()), asked.attempt);
                self.error = Some(kept_text(asked.failure.to_string()));
            }
            SagaEvent::RetryRequested(_) | SagaEvent::ManuallyCompensated(_) => {
                self.enter(SagaPhase::Compensating, goes_on);
            }
            SagaEvent::Completed(_) => self.end(SagaPhase::Completed, at),
            SagaEvent::Undone(_) => self.end(SagaPhase::Undone, at),
            SagaEvent::StepResumed(_) => {}
        }
    }

    fn begin(&mut self, step: &StepName, attempt: u32, due: Timestamp) {
        self.step = Some(step.clone());
        self.attempt = attempt;
        self.waits = Waits::Attempt { due };
    }

    fn fail(&mut self, failure: &impl fmt::Display, retry_at: Option<Timestamp>, at: Timestamp) {
        self.error = Some(kept_text(failure.to_string()));
        self.waits = match retry_at {
            Some(until) => Waits::Time { until },
            None => Waits::Attempt { due: at },
        };
    }

    fn enter(&mut self, phase: SagaPhase, waits: Waits) {
        self.phase = phase;
        self.between_steps(waits);
    }

    /// Clears the step. The reason for compensating stays: it is the reason of the end as well.
    fn between_steps(&mut self, waits: Waits) {
        self.step = None;
        self.attempt = 0;
        self.waits = waits;
        if self.phase == SagaPhase::Forward {
            self.error = None;
        }
    }

    fn end(&mut self, phase: SagaPhase, at: Timestamp) {
        self.enter(phase, Waits::Nobody);
        self.ended_at = Some(at);
    }
}
