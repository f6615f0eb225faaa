//! Plans of sagas: steps as data, checked when the plan is made.

use std::time::Duration;

use super::names::StepName;
use super::plan_error::PlanError;
use super::retry_policy::RetryPolicy;
use super::step::{Compensation, Start, Step};

/// The plan of a saga: its steps in order, how each is taken back, and by when all is done.
///
/// A plan is checked as a whole by [`Plan::new`], so that no instance of a saga meets one that cannot be
/// followed:
///
/// ```
/// use std::time::Duration;
/// use es_core::process::{Plan, PlanError, Start, Step, StepPolicy};
///
/// let pay = || {
///     let policy = StepPolicy::new().with_timeout(Duration::from_secs(10));
///     Step::new("take-payment").with_policy(policy)
/// };
/// let mail = Step::new("confirm")
///     .with_policy(StepPolicy::new().optional())
///     .without_compensation("a mail is not unsent");
/// let hour = Duration::from_secs(3600);
///
/// let plan = Plan::new(1, hour, [Start::new("order-placed")], [pay(), mail])?;
/// assert_eq!(plan.steps().len(), 2);
///
/// let error = Plan::new(1, hour, [Start::new("order-placed")], [pay(), pay()]).unwrap_err();
/// assert!(matches!(error, PlanError::SameName { .. }));
/// assert_eq!(error.to_string(), "the plan has two steps called `take-payment`");
/// # Ok::<(), PlanError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    version: u32,
    deadline: Duration,
    starts: Vec<Start>,
    steps: Vec<Step>,
    retired: Vec<Step>,
    compensation: CompensationPolicy,
}

/// The attempts of compensations, the same for all of them.
///
/// By default an attempt has 30 seconds, and is repeated after 1, 2, 4, 8 and 16 seconds; then somebody
/// has to intervene.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CompensationPolicy {
    /// The time that one attempt has.
    pub timeout: Duration,
    /// The attempts, the first one included.
    pub retry: RetryPolicy,
}

impl Default for CompensationPolicy {
    fn default() -> Self {
        Self { timeout: Duration::from_secs(30), retry: RetryPolicy::attempts(6) }
    }
}

impl Plan {
    /// The shortest duration in a plan: a microsecond, since instants are in whole ones.
    pub const SHORTEST: Duration = Duration::from_micros(1);
    /// The longest duration in a plan: a hundred years.
    pub const LONGEST: Duration = Duration::from_secs(100 * 365 * 86_400);

    /// Makes the plan of a saga's `version`, whose instances end within `deadline` or are compensated.
    ///
    /// # Errors
    ///
    /// If there is no start or no step, two names are equal, a name breaks the rule of [`StepName`], there
    /// is no attempt, a reason is empty, or a duration is shorter than a microsecond, longer than [`LONGEST`](Self::LONGEST) or
    /// does not fit another one.
    pub fn new(
        version: u32,
        deadline: Duration,
        starts: impl IntoIterator<Item = Start>,
        steps: impl IntoIterator<Item = Step>,
    ) -> Result<Self, PlanError> {
        let plan = Self {
            version,
            deadline,
            starts: starts.into_iter().collect(),
            steps: steps.into_iter().collect(),
            retired: Vec::new(),
            compensation: CompensationPolicy::default(),
        };
        plan.check()?;
        Ok(plan)
    }

    /// Sets the steps of earlier versions that are no longer asked for. Instances that have tried them go on,
    /// and take them back if they have a compensation.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new), for the names and the reasons of all steps.
    pub fn with_retired(
        mut self,
        steps: impl IntoIterator<Item = Step>,
    ) -> Result<Self, PlanError> {
        self.retired = steps.into_iter().collect();
        self.check()?;
        Ok(self)
    }

    /// Sets the attempts of compensations.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new), for the durations and attempts in `compensation`.
    pub fn with_compensation(
        mut self,
        compensation: CompensationPolicy,
    ) -> Result<Self, PlanError> {
        self.compensation = compensation;
        self.check()?;
        Ok(self)
    }

    /// The version of the saga that has this plan.
    #[must_use]
    pub const fn version(&self) -> u32 {
        self.version
    }

    /// The time from the start after which nothing further is asked for, and all is compensated.
    #[must_use]
    pub const fn deadline(&self) -> Duration {
        self.deadline
    }

    /// The events that start an instance.
    #[must_use]
    pub fn starts(&self) -> &[Start] {
        &self.starts
    }

    /// The steps, in order.
    #[must_use]
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// The steps of earlier versions that are no longer asked for.
    #[must_use]
    pub fn retired(&self) -> &[Step] {
        &self.retired
    }

    /// The attempts of compensations.
    #[must_use]
    pub const fn compensation(&self) -> &CompensationPolicy {
        &self.compensation
    }

    /// The step called `name`.
    pub(super) fn step(&self, name: &StepName) -> Option<&Step> {
        self.steps.iter().find(|step| step.name() == name.as_str())
    }

    /// True if the step `name` is to be compensated. One that the plan does not know is: the saga knows how,
    /// or a person is asked.
    pub(super) fn is_compensated(&self, name: &StepName) -> bool {
        let retired = || self.retired.iter().find(|step| step.name() == name.as_str());
        let step = self.step(name).or_else(retired);
        step.is_none_or(|step| matches!(step.compensation(), Compensation::Planned { .. }))
    }

    /// The step behind the furthest of `tried`. One that a later version inserted before a step that was
    /// already tried is not asked for.
    pub(super) fn step_after<'a>(
        &self,
        tried: impl Iterator<Item = &'a StepName>,
    ) -> Option<&Step> {
        let place =
            |name: &StepName| self.steps.iter().position(|step| step.name() == name.as_str());
        let next = tried.filter_map(place).max().map_or(0, |furthest| furthest + 1);
        self.steps.get(next)
    }

    fn check(&self) -> Result<(), PlanError> {
        if self.starts.is_empty() {
            return Err(PlanError::NoStart);
        }
        if self.steps.is_empty() {
            return Err(PlanError::NoSteps);
        }
        self.check_names()?;
        check_duration("the deadline", self.deadline)?;
        for step in &self.steps {
            self.check_step(step)?;
        }
        self.check_reasons()?;
        let of = |what: &str| format!("the {what} of compensations");
        check_duration(&of("timeout"), self.compensation.timeout)?;
        check_retry(&of, &self.compensation.retry)
    }

    fn check_step(&self, step: &Step) -> Result<(), PlanError> {
        let of = |what: &str| format!("the {what} of step `{}`", step.name());
        check_duration(&of("timeout"), step.policy().timeout())?;
        check_retry(&of, &step.policy().retry())?;
        if step.policy().timeout() > self.deadline {
            return Err(PlanError::LongerThanDeadline {
                step: step.name(),
                timeout: step.policy().timeout(),
                deadline: self.deadline,
            });
        }
        Ok(())
    }

    /// A reason is for those who read the plan, of which the retired steps are a part.
    fn check_reasons(&self) -> Result<(), PlanError> {
        let mut steps = self.steps.iter().chain(&self.retired);
        match steps.find(|step| step.compensation() == (Compensation::None { why: "" })) {
            Some(step) => Err(PlanError::NoReason { step: step.name() }),
            None => Ok(()),
        }
    }

    fn check_names(&self) -> Result<(), PlanError> {
        let starts = self.starts.iter().map(Start::name);
        let steps = self.steps.iter().chain(&self.retired).map(Step::name);
        let names: Vec<_> = starts.chain(steps).collect();
        for (n, name) in names.iter().enumerate() {
            StepName::new(name)?;
            if names.iter().take(n).any(|earlier| earlier == name) {
                return Err(PlanError::SameName { name });
            }
        }
        Ok(())
    }
}

fn check_retry(of: &impl Fn(&str) -> String, retry: &RetryPolicy) -> Result<(), PlanError> {
    if retry.attempts == 0 {
        return Err(PlanError::NoAttempts { what: of("attempts") });
    }
    if retry.factor == 0 {
        return Err(PlanError::NoFactor { what: of("factor") });
    }
    check_duration(&of("first delay"), retry.first)?;
    check_duration(&of("longest delay"), retry.at_most)?;
    if retry.first > retry.at_most {
        return Err(PlanError::FirstDelayIsLonger {
            what: of("first delay"),
            first: retry.first,
            at_most: retry.at_most,
        });
    }
    Ok(())
}

fn check_duration(what: &str, duration: Duration) -> Result<(), PlanError> {
    if duration < Plan::SHORTEST || duration > Plan::LONGEST {
        return Err(PlanError::Duration { what: what.to_owned(), duration });
    }
    Ok(())
}
