//! Definitions of sagas: the steps by their types, each with the code that belongs to it.

use std::time::Duration;

use crate::event::definition::Event;
use crate::event::payload::Payload;

use super::backward::Backward;
use super::code::Code;
use super::command_step::CommandStep;
use super::names::StepName;
use super::plan::{CompensationPolicy, Plan};
use super::plan_error::PlanError;
use super::request::Request;
use super::request_type::RequestType;
use super::saga::{AppliesOutput, Compensate, CompensateStart, Prepare};
use super::saga_error::SagaError;
use super::step::{Start, Step};
use super::step_policy::StepPolicy;
use super::step_request::ListedRequest;
use super::trail::Tried;

/// The steps of the saga `S`, in order: the plan, and the code for each of its steps.
///
/// A step is listed by the type of its request, an activity or a command, and its code is required where it
/// is listed: [`Prepare`], [`Apply`](crate::Apply) for its answer, and [`Compensate`] unless a reason says why not. The
/// example is at [`Saga`](super::Saga).
#[derive(Clone, Debug)]
pub struct Definition<S> {
    version: u32,
    deadline: Duration,
    compensation: CompensationPolicy,
    starts: Vec<Start>,
    steps: Vec<Step>,
    retired: Vec<Step>,
    code: Vec<Code<S>>,
    requests: Vec<RequestType>,
}

impl<S> Definition<S> {
    /// A definition without steps, for `version` of the saga. An instance that has not completed `deadline`
    /// after its start is compensated.
    #[must_use]
    pub fn new(version: u32, deadline: Duration) -> Self {
        Self {
            version,
            deadline,
            compensation: CompensationPolicy::default(),
            starts: Vec::new(),
            steps: Vec::new(),
            retired: Vec::new(),
            code: Vec::new(),
            requests: Vec::new(),
        }
    }

    /// Sets the attempts of compensations.
    #[must_use]
    pub fn with_compensation(mut self, compensation: CompensationPolicy) -> Self {
        self.compensation = compensation;
        self
    }

    /// Adds an event that starts an instance, and that nothing takes back.
    #[must_use]
    pub fn start<E: Event>(mut self) -> Self {
        self.starts.push(Start::new(E::NAME));
        self
    }

    /// Adds an event that starts an instance, and that is taken back last of all.
    #[must_use]
    pub fn compensated_start<E: Event>(mut self) -> Self
    where
        S: CompensateStart<E>,
    {
        let by = RequestType::of::<S::By>();
        self.requests.push(by);
        self.starts.push(Start::new(E::NAME).compensated(by.kind));
        self.code.push(Code::of_start::<E>());
        self
    }

    /// Keeps the code for an event that started instances in an earlier version, and was compensated there.
    ///
    /// It stays among [`Saga::Start`](super::Saga::Start). One that was not compensated needs no more.
    #[must_use]
    pub fn retired_start<E: Event>(mut self) -> Self
    where
        S: CompensateStart<E>,
    {
        self.requests.push(RequestType::of::<S::By>());
        self.code.push(Code::of_start::<E>());
        self
    }

    /// Adds the step that asks for `R`; `policy` sets its timeout, its attempts and so on.
    ///
    /// Nothing takes this payment back, so the saga does not compile:
    ///
    /// ```compile_fail,E0277
    /// # use std::time::Duration;
    /// # use es_core::prelude::*;
    /// # use es_core::process::{Activity, Definition, Prepare};
    /// # #[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
    /// # #[serde(crate = "es_core::serde")]
    /// # struct TakePayment;
    /// # impl Activity for TakePayment { const NAME: &'static str = "take-payment"; type Output = (); }
    /// # struct Fulfilment;
    /// # impl Apply<()> for Fulfilment { fn apply(&mut self, (): ()) {} }
    /// impl Prepare<TakePayment> for Fulfilment {
    ///     fn prepare(&self) -> TakePayment {
    ///         TakePayment
    ///     }
    /// }
    ///
    /// // error: nothing says how the step `TakePayment` of `Fulfilment` is compensated
    /// Definition::<Fulfilment>::new(1, Duration::from_secs(60)).step::<TakePayment>(|step| step);
    /// ```
    #[must_use]
    pub fn step<R: ListedRequest>(self, policy: impl FnOnce(StepPolicy) -> StepPolicy) -> Self
    where
        S: Prepare<R> + Compensate<R> + AppliesOutput<R>,
    {
        self.list_step::<R>(policy(StepPolicy::new()), &Backward::compensated::<R>())
    }

    /// Adds the step that asks for `R`, which nothing takes back, for the reason `why`.
    #[must_use]
    pub fn step_without_compensation<R: ListedRequest>(
        self,
        why: &'static str,
        policy: impl FnOnce(StepPolicy) -> StepPolicy,
    ) -> Self
    where
        S: Prepare<R> + AppliesOutput<R>,
    {
        self.list_step::<R>(policy(StepPolicy::new()), &Backward::none(why))
    }

    /// Keeps the code for a step of an earlier version that is no longer asked for.
    ///
    /// Instances that have tried it are read, and take it back. An attempt that is under way may be answered;
    /// there is no other one.
    #[must_use]
    pub fn retired_step<R: ListedRequest>(self) -> Self
    where
        S: Compensate<R> + AppliesOutput<R>,
    {
        self.list_retired::<R>(&Backward::compensated::<R>())
    }

    /// Keeps the code for a step of an earlier version that nothing takes back, for the reason `why`.
    #[must_use]
    pub fn retired_step_without_compensation<R: ListedRequest>(self, why: &'static str) -> Self
    where
        S: AppliesOutput<R>,
    {
        self.list_retired::<R>(&Backward::none(why))
    }

    pub(crate) fn list_step<R: ListedRequest>(
        mut self,
        policy: StepPolicy,
        back: &Backward<S>,
    ) -> Self
    where
        S: Prepare<R> + AppliesOutput<R>,
    {
        let step = self.step_of::<R>(back);
        self.steps.push(step.with_policy(policy));
        self.code.push(Code { compensate: back.code, ..Code::forward::<R>() });
        self
    }

    pub(crate) fn list_retired<R: ListedRequest>(mut self, back: &Backward<S>) -> Self
    where
        S: AppliesOutput<R>,
    {
        let step = self.step_of::<R>(back);
        self.retired.push(step);
        self.code.push(Code { compensate: back.code, ..Code::backward::<R>() });
        self
    }

    fn step_of<R: ListedRequest>(&mut self, back: &Backward<S>) -> Step {
        let request = RequestType::of::<R>();
        self.requests.push(request);
        self.requests.extend(back.by);
        Step::new(R::REQUEST_NAME).of_kind(request.kind).with_compensation(back.compensation)
    }

    /// The plan, which knows the steps by their names.
    ///
    /// # Errors
    ///
    /// If no instance could follow it: see [`Plan::new`]. If two types of requests have one name.
    pub fn plan(&self) -> Result<Plan, PlanError> {
        self.check_requests()?;
        let (starts, steps) = (self.starts.iter().cloned(), self.steps.iter().cloned());
        Plan::new(self.version, self.deadline, starts, steps)?
            .with_retired(self.retired.iter().cloned())?
            .with_compensation(self.compensation)
    }

    /// True if the step or the start called `name`, retired or not, has the code that takes it back.
    #[doc(hidden)]
    #[must_use]
    pub fn compensates(&self, name: &str) -> bool {
        self.code.iter().any(|code| code.name == name && code.compensate.is_some())
    }

    /// A stored request is read by its name, so a name has one type.
    fn check_requests(&self) -> Result<(), PlanError> {
        for (n, request) in self.requests.iter().enumerate() {
            let is_other =
                |other: &RequestType| other.name == request.name && other.id != request.id;
            if self.requests.iter().take(n).any(is_other) {
                return Err(PlanError::SameRequestName { name: request.name });
            }
        }
        Ok(())
    }

    /// True if a type of requests that is listed can read the request: one of today's steps, of a retired one, or of a
    /// compensation.
    pub(super) fn lists(&self, request: &Request) -> bool {
        self.listed(request).is_some()
    }

    fn listed(&self, request: &Request) -> Option<&RequestType> {
        let mut listed = self.requests.iter();
        listed.find(|listed| {
            listed.name == request.name.as_str() && listed.version == request.version
        })
    }

    pub(super) fn command(&self, request: &Request) -> Result<Box<dyn CommandStep>, SagaError> {
        let unknown =
            || SagaError::UnknownCommand { name: request.name.clone(), version: request.version };
        self.listed(request).and_then(|listed| listed.command).ok_or_else(unknown)?(request)
    }

    pub(super) fn complete(
        &self,
        saga: &mut S,
        step: &StepName,
        output: &Payload,
    ) -> Result<(), SagaError> {
        let complete = self.code(step).and_then(|code| code.complete);
        complete.ok_or_else(|| unknown(step))?(saga, step, output)
    }

    pub(super) fn prepare(&self, saga: &S, step: &StepName) -> Result<Request, SagaError> {
        let prepare = self.code(step).and_then(|code| code.prepare);
        prepare.ok_or_else(|| unknown(step))?(saga, step)
    }

    pub(super) fn compensate(
        &self,
        saga: &S,
        step: &StepName,
        tried: Tried<&Payload>,
    ) -> Result<Request, SagaError> {
        let compensate = self.code(step).and_then(|code| code.compensate);
        compensate.ok_or_else(|| unknown(step))?(saga, step, tried)
    }

    fn code(&self, step: &StepName) -> Option<&Code<S>> {
        self.code.iter().find(|code| code.name == step.as_str())
    }
}

fn unknown(step: &StepName) -> SagaError {
    SagaError::UnknownStep { step: step.clone() }
}
