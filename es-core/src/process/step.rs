//! Steps and starts of a plan, as data.

use super::step_policy::StepPolicy;
use super::step_request::RequestKind;

/// An event that starts an instance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Start {
    name: &'static str,
    compensation: Compensation,
}

/// One step of a plan: what is asked for is data of the saga, how it is asked for is written here.
///
/// By default it has the policy of [`StepPolicy::new`], and is compensated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    name: &'static str,
    kind: RequestKind,
    policy: StepPolicy,
    compensation: Compensation,
}

/// The way back from a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
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
            policy: StepPolicy::new(),
            compensation: Compensation::Planned { by: RequestKind::Activity },
        }
    }

    /// Sets the policy.
    #[must_use]
    pub const fn with_policy(mut self, policy: StepPolicy) -> Self {
        self.policy = policy;
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

    /// Sets the way back.
    pub(super) const fn with_compensation(mut self, compensation: Compensation) -> Self {
        self.compensation = compensation;
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

    /// The policy.
    #[must_use]
    pub const fn policy(&self) -> &StepPolicy {
        &self.policy
    }

    /// The way back.
    #[must_use]
    pub const fn compensation(&self) -> Compensation {
        self.compensation
    }
}
