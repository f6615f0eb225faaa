//! Definitions of sagas: the steps by their types, each with the code that belongs to it.

use std::any::TypeId;
use std::time::Duration;

use crate::domain::aggregate::Apply;
use crate::event::definition::Event;
use crate::event::payload::Payload;

use super::command_step::{CommandFn, CommandStep};
use super::names::StepName;
use super::plan::{CompensationPolicy, Plan};
use super::plan_error::PlanError;
use super::request::Request;
use super::saga::{Compensate, CompensateStart, Prepare};
use super::saga_error::SagaError;
use super::step::{Start, Step};
use super::step_request::{KindOf, ListedRequest, RequestKind};
use super::trail::Tried;

/// The steps of the saga `S`, in order: the plan, and the code for each of its steps.
///
/// A step is listed by the type of its request, an activity or a command, and its code is required where it
/// is listed: [`Prepare`], [`Apply`] for its answer, and [`Compensate`] unless a reason says why not. The
/// example is at [`Saga`](super::Saga).
#[derive(Clone, Debug)]
pub struct Definition<S> {
    version: u32,
    deadline: Duration,
    compensation: CompensationPolicy,
    starts: Vec<Start>,
    steps: Vec<Step>,
    code: Vec<Code<S>>,
    requests: Vec<RequestType>,
}

/// The type of a request that the saga makes.
#[derive(Clone, Copy, Debug)]
struct RequestType {
    name: &'static str,
    id: TypeId,
    command: Option<CommandFn>,
}

/// The code of one step or start.
#[derive(Debug)]
struct Code<S> {
    name: &'static str,
    prepare: Option<PrepareFn<S>>,
    complete: Option<CompleteFn<S>>,
    compensate: Option<CompensateFn<S>>,
}

type PrepareFn<S> = fn(&S, &StepName) -> Result<Request, SagaError>;
type CompleteFn<S> = fn(&mut S, &StepName, &Payload) -> Result<(), SagaError>;
type CompensateFn<S> = fn(&S, &StepName, Tried<&Payload>) -> Result<Request, SagaError>;

/// By hand: a derive would ask for `S: Clone` and `S: Copy`, and the code is of functions alone.
impl<S> Clone for Code<S> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<S> Copy for Code<S> {}

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
        S: CompensateStart<E, By: ListedRequest>,
    {
        let by = self.lists::<S::By>();
        self.starts.push(Start::new(E::NAME).compensated(by));
        self.code.push(Code {
            name: E::NAME,
            prepare: None,
            complete: None,
            compensate: Some(|saga, step, _| request_of(step, &saga.compensate_start())),
        });
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
    pub fn step<R: ListedRequest>(mut self, policy: impl FnOnce(Step) -> Step) -> Self
    where
        S: Prepare<R> + Compensate<R, By: ListedRequest> + Apply<R::Output>,
    {
        let (kind, by) = (self.lists::<R>(), self.lists::<S::By>());
        self.steps.push(policy(Step::new(R::REQUEST_NAME).of_kind(kind).compensated(by)));
        let compensate = |saga: &S, step: &StepName, tried: Tried<&Payload>| {
            let tried = match tried {
                Tried::Done(output) => Tried::Done(output_of::<R>(step, output)?),
                Tried::Unknown => Tried::Unknown,
            };
            request_of(step, &Compensate::<R>::compensate(saga, tried))
        };
        self.code.push(Code { compensate: Some(compensate), ..Code::forward::<R>() });
        self
    }

    /// Adds the step that asks for `R`, which nothing takes back, for the reason `why`.
    #[must_use]
    pub fn step_without_compensation<R: ListedRequest>(
        mut self,
        why: &'static str,
        policy: impl FnOnce(Step) -> Step,
    ) -> Self
    where
        S: Prepare<R> + Apply<R::Output>,
    {
        let kind = self.lists::<R>();
        let step = Step::new(R::REQUEST_NAME).of_kind(kind);
        self.steps.push(policy(step).without_compensation(why));
        self.code.push(Code::forward::<R>());
        self
    }

    /// The plan, which knows the steps by their names.
    ///
    /// # Errors
    ///
    /// If no instance could follow it: see [`Plan::new`]. If two types of requests have one name.
    pub fn plan(&self) -> Result<Plan, PlanError> {
        self.check_requests()?;
        let (starts, steps) = (self.starts.iter().cloned(), self.steps.iter().cloned());
        Plan::new(self.version, self.deadline, starts, steps)?.with_compensation(self.compensation)
    }

    /// Takes note that `R` is asked for, and returns its kind.
    fn lists<R: ListedRequest>(&mut self) -> RequestKind {
        let request = RequestType {
            name: R::REQUEST_NAME,
            id: TypeId::of::<R>(),
            command: <R::Kind as KindOf<R>>::COMMAND,
        };
        self.requests.push(request);
        <R::Kind as KindOf<R>>::KIND
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

    pub(super) fn command(&self, request: &Request) -> Result<Box<dyn CommandStep>, SagaError> {
        let mut listed = self.requests.iter();
        let command = listed.find(|listed| listed.name == request.name.as_str());
        let unknown = || SagaError::UnknownCommand { name: request.name.clone() };
        command.and_then(|listed| listed.command).ok_or_else(unknown)?(request)
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

impl<S> Code<S> {
    /// The code that every step has.
    fn forward<R: ListedRequest>() -> Self
    where
        S: Prepare<R> + Apply<R::Output>,
    {
        Self {
            name: R::REQUEST_NAME,
            prepare: Some(|saga, step| request_of(step, &Prepare::<R>::prepare(saga))),
            complete: Some(|saga, step, output| {
                saga.apply(output_of::<R>(step, output)?);
                Ok(())
            }),
            compensate: None,
        }
    }
}

fn request_of<R: ListedRequest>(step: &StepName, request: &R) -> Result<Request, SagaError> {
    let kind = <R::Kind as KindOf<R>>::KIND;
    Request::of(step, kind, R::REQUEST_NAME, R::REQUEST_VERSION, request)
}

fn output_of<R: ListedRequest>(step: &StepName, output: &Payload) -> Result<R::Output, SagaError> {
    serde_json::from_str(output.as_str())
        .map_err(|source| SagaError::Output { step: step.clone(), source })
}

fn unknown(step: &StepName) -> SagaError {
    SagaError::UnknownStep { step: step.clone() }
}
