//! Definitions of sagas: the steps by their types, each with the code that belongs to it.

use std::time::Duration;

use crate::domain::aggregate::Apply;
use crate::event::definition::Event;
use crate::event::payload::Payload;

use super::activity::Activity;
use super::names::StepName;
use super::plan::{CompensationPolicy, Plan};
use super::plan_error::PlanError;
use super::request::Request;
use super::saga::{Compensate, CompensateStart, Prepare};
use super::saga_error::SagaError;
use super::step::{Start, Step};
use super::trail::Tried;

/// The steps of the saga `S`, in order: the plan, and the code for each of its steps.
///
/// A step is listed by its type, and its code is required where it is listed: [`Prepare`], [`Apply`] for its
/// answer, and [`Compensate`] unless a reason says why not. The example is at [`Saga`](super::Saga).
#[derive(Clone, Debug)]
pub struct Definition<S> {
    version: u32,
    deadline: Duration,
    compensation: CompensationPolicy,
    starts: Vec<Start>,
    steps: Vec<Step>,
    code: Vec<Code<S>>,
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
        self.starts.push(Start::new(E::NAME).compensated());
        self.code.push(Code {
            name: E::NAME,
            prepare: None,
            complete: None,
            compensate: Some(|saga, step, _| request_of(step, &saga.compensate_start())),
        });
        self
    }

    /// Adds the step that asks for `A`; `policy` sets its timeout, its attempts and so on.
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
    pub fn step<A: Activity>(mut self, policy: impl FnOnce(Step) -> Step) -> Self
    where
        S: Prepare<A> + Compensate<A> + Apply<A::Output>,
    {
        self.steps.push(policy(Step::new(A::NAME)));
        let compensate = |saga: &S, step: &StepName, tried: Tried<&Payload>| {
            let tried = match tried {
                Tried::Done(output) => Tried::Done(output_of::<A>(step, output)?),
                Tried::Unknown => Tried::Unknown,
            };
            request_of(step, &Compensate::<A>::compensate(saga, tried))
        };
        self.code.push(Code { compensate: Some(compensate), ..Code::forward::<A>() });
        self
    }

    /// Adds the step that asks for `A`, which nothing takes back, for the reason `why`.
    #[must_use]
    pub fn step_without_compensation<A: Activity>(
        mut self,
        why: &'static str,
        policy: impl FnOnce(Step) -> Step,
    ) -> Self
    where
        S: Prepare<A> + Apply<A::Output>,
    {
        self.steps.push(policy(Step::new(A::NAME)).without_compensation(why));
        self.code.push(Code::forward::<A>());
        self
    }

    /// The plan, which knows the steps by their names.
    ///
    /// # Errors
    ///
    /// If no instance could follow it: see [`Plan::new`].
    pub fn plan(&self) -> Result<Plan, PlanError> {
        let (starts, steps) = (self.starts.iter().cloned(), self.steps.iter().cloned());
        Plan::new(self.version, self.deadline, starts, steps)?.with_compensation(self.compensation)
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
    fn forward<A: Activity>() -> Self
    where
        S: Prepare<A> + Apply<A::Output>,
    {
        Self {
            name: A::NAME,
            prepare: Some(|saga, step| request_of(step, &Prepare::<A>::prepare(saga))),
            complete: Some(|saga, step, output| {
                saga.apply(output_of::<A>(step, output)?);
                Ok(())
            }),
            compensate: None,
        }
    }
}

fn request_of<A: Activity>(step: &StepName, activity: &A) -> Result<Request, SagaError> {
    Request::of(step, A::NAME, A::VERSION, activity)
}

fn output_of<A: Activity>(step: &StepName, output: &Payload) -> Result<A::Output, SagaError> {
    serde_json::from_str(output.as_str())
        .map_err(|source| SagaError::Output { step: step.clone(), source })
}

fn unknown(step: &StepName) -> SagaError {
    SagaError::UnknownStep { step: step.clone() }
}
