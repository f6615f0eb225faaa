//! Errors of plans that no instance could follow.

use std::time::Duration;

use crate::validated_text::InvalidText;

use super::plan::Plan;

/// The error of a plan that no instance could follow.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PlanError {
    /// No event starts an instance.
    #[error("the plan has no event that starts an instance")]
    NoStart,
    /// There is nothing to do.
    #[error("the plan has no steps")]
    NoSteps,
    /// The name of a step breaks its rule.
    #[error(transparent)]
    Name(#[from] InvalidText),
    /// Two steps, or a step and a start, have one name.
    #[error("the plan has two steps called `{name}`")]
    SameName {
        /// The name.
        name: &'static str,
    },
    /// Two types of requests have one name.
    #[error("two requests of different types are called `{name}`; give one of them another name")]
    SameRequestName {
        /// The name.
        name: &'static str,
    },
    /// A duration is too short or too long.
    #[error(
        "{what} is {duration:?}; allowed are 1 microsecond to {} days",
        Plan::LONGEST.as_secs() / 86_400
    )]
    Duration {
        /// The place in the plan.
        what: String,
        /// The duration there.
        duration: Duration,
    },
    /// One attempt may take longer than the whole.
    #[error(
        "the timeout of step `{step}` is {timeout:?}, longer than the deadline of {deadline:?}"
    )]
    LongerThanDeadline {
        /// The step.
        step: &'static str,
        /// Its timeout.
        timeout: Duration,
        /// The deadline of the plan.
        deadline: Duration,
    },
    /// The first delay is longer than the longest one.
    #[error("{what} is {first:?}, longer than the longest delay of {at_most:?}")]
    FirstDelayIsLonger {
        /// The place in the plan.
        what: String,
        /// The first delay.
        first: Duration,
        /// The longest one.
        at_most: Duration,
    },
    /// A step is never attempted.
    #[error("{what} are 0; the first one counts, so write at least 1")]
    NoAttempts {
        /// The place in the plan.
        what: String,
    },
    /// Delays would shrink to nothing.
    #[error("{what} is 0; write 1 for equal delays")]
    NoFactor {
        /// The place in the plan.
        what: String,
    },
    /// A step is not compensated, and the reason is empty.
    #[error("the step `{step}` is not compensated, and the reason for that is empty")]
    NoReason {
        /// The step.
        step: &'static str,
    },
}
