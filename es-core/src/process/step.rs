//! Steps and starts of a plan, as data.

use std::time::Duration;

use super::retry_policy::RetryPolicy;
use super::step_request::RequestKind;

/// An event that starts an instance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Start {
    name: &'static str,
    compensation: Compensation,
}

/// One step of a plan: what is asked for is data of the saga, how it is asked for is written here.
///
/// The defaults are a timeout of 30 seconds and three attempts, and that the step is compensated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    name: &'static str,
    kind: RequestKind,
    timeout: Duration,
    retry: RetryPolicy,
    on_failure: OnStepFailure,
    on_skip: OnSkip,
    compensation: Compensation,
}

/// The consequence of a step whose attempts have all failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnStepFailure {
    /// All that was tried is compensated.
    Compensate,
    /// The failure is noted, and the next step is asked for.
    Ignore,
}

/// The answer to an operator who skips a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnSkip {
    /// The step cannot be skipped.
    Refuse,
    /// The next step is asked for.
    GoOn,
}

/// The way back from a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compensation {
    /// The saga asks for something that takes the step back.
    Planned {
        /// The kind of that request.
        by: RequestKind,
    },
    /// Nothing takes the step back, for the reason that is given.
    None {
        /// The reason, for readers of the plan.
        why: &'static str,
    },
}

impl Start {
    /// Instances start with the event `name`; taking them back needs nothing for the event itself.
    #[must_use]
    pub const fn new(name: &'static str) -> Self {
        Self { name, compensation: Compensation::None { why: "it is not of the saga's doing" } }
    }

    /// The event itself is compensated, last of all, by a request of the kind `by`: an order that was placed
    /// is cancelled.
    #[must_use]
    pub const fn compensated(mut self, by: RequestKind) -> Self {
        self.compensation = Compensation::Planned { by };
        self
    }

    /// The stored name of the event.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// The way back from the event.
    #[must_use]
    pub const fn compensation(&self) -> Compensation {
        self.compensation
    }
}

impl Step {
    /// A step called `name`, with the defaults: an activity, which another activity takes back.
    #[must_use]
    pub const fn new(name: &'static str) -> Self {
        Self {
            name,
            kind: RequestKind::Activity,
            timeout: Duration::from_secs(30),
            retry: RetryPolicy::attempts(3),
            on_failure: OnStepFailure::Compensate,
            on_skip: OnSkip::Refuse,
            compensation: Compensation::Planned { by: RequestKind::Activity },
        }
    }

    /// Sets the time that one attempt has.
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

    /// Sets the kind of its request.
    #[must_use]
    pub const fn of_kind(mut self, kind: RequestKind) -> Self {
        self.kind = kind;
        self
    }

    /// A request of the kind `by` takes the step back.
    #[must_use]
    pub const fn compensated(mut self, by: RequestKind) -> Self {
        self.compensation = Compensation::Planned { by };
        self
    }

    /// Nothing takes the step back, for the reason `why`.
    #[must_use]
    pub const fn without_compensation(mut self, why: &'static str) -> Self {
        self.compensation = Compensation::None { why };
        self
    }

    /// The name.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// The kind of its request.
    #[must_use]
    pub const fn kind(&self) -> RequestKind {
        self.kind
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

    /// The way back.
    #[must_use]
    pub const fn compensation(&self) -> Compensation {
        self.compensation
    }
}
