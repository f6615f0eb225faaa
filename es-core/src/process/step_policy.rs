//! Policy of a step: the time and the attempts that it has, and the consequence of a failure.

use std::time::Duration;

use super::retry_policy::RetryPolicy;

/// The policy of a step: how it is asked for, and the consequence if it fails.
///
/// The defaults are a timeout of 30 seconds and three attempts; after the last one all that was tried is
/// taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StepPolicy {
    timeout: Duration,
    retry: RetryPolicy,
    on_failure: OnStepFailure,
    on_skip: OnSkip,
}

/// The consequence of a step whose attempts have all failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum OnStepFailure {
    /// All that was tried is compensated.
    Compensate,
    /// The failure is noted, and the next step is asked for.
    Ignore,
}

/// The answer to an operator who skips a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum OnSkip {
    /// The step cannot be skipped.
    Refuse,
    /// The next step is asked for.
    GoOn,
}

impl Default for StepPolicy {
    fn default() -> Self {
        Self::new()
    }
}

impl StepPolicy {
    /// The defaults.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            timeout: Duration::from_secs(30),
            retry: RetryPolicy::attempts(3),
            on_failure: OnStepFailure::Compensate,
            on_skip: OnSkip::Refuse,
        }
    }

    /// Sets the time that one attempt has.
    ///
    /// An activity that has no answer by then has failed. A command has nothing under way: it is executed later as well,
    /// and fails after that time only if it cannot be.
    #[must_use]
    pub const fn with_timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Sets the attempts.
    #[must_use]
    pub const fn with_retry(mut self, retry: RetryPolicy) -> Self {
        self.retry = retry;
        self
    }

    /// A failure of the step is noted and ignored.
    #[must_use]
    pub const fn optional(mut self) -> Self {
        self.on_failure = OnStepFailure::Ignore;
        self
    }

    /// An operator may skip the step.
    #[must_use]
    pub const fn may_be_skipped(mut self) -> Self {
        self.on_skip = OnSkip::GoOn;
        self
    }

    /// The time that one attempt has.
    #[must_use]
    pub const fn timeout(&self) -> Duration {
        self.timeout
    }

    /// The attempts.
    #[must_use]
    pub const fn retry(&self) -> RetryPolicy {
        self.retry
    }

    /// The consequence of a failure of all attempts.
    #[must_use]
    pub const fn on_failure(&self) -> OnStepFailure {
        self.on_failure
    }

    /// The answer to an operator who skips the step.
    #[must_use]
    pub const fn on_skip(&self) -> OnSkip {
        self.on_skip
    }
}
