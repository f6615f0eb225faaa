//! Sagas: a state, its plan of activities, and what is asked for at each step.

use std::fmt;

use crate::domain::aggregate::{AggregateId, Apply};
use crate::event::payload::Payload;
use crate::event::set::EventSet;
use crate::stream::Category;

use super::command_step::CommandStep;
use super::definition::Definition;
use super::names::StepName;
use super::plan::Plan;
use super::plan_error::PlanError;
use super::request::Request;
use super::saga_error::SagaError;
use super::step_request::{ListedRequest, StepRequest};
use super::trail::Tried;
use super::untyped::UntypedSaga;

/// The state of a process over several services, which takes back what it tried.
///
/// `#[derive(Saga)]` writes it, from a list of the steps: see [the derive](macro@crate::Saga). By hand, a saga consists of
/// its name, its state, a [`Definition`] that lists its steps in order, [`Prepare`] and
/// [`Compensate`] for each step, and [`Apply`](crate::Apply) for each answer. A step whose code is missing
/// does not compile.
///
/// ```
/// use std::time::Duration;
///
/// use es_core::prelude::*;
/// use es_core::process::{Activity, Compensate, Definition, Prepare, Saga, StepPolicy, Tried};
/// # macro_rules! activity {
/// #     ($name:ident { $($field:ident: $type:ty),* }) => {
/// #         #[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
/// #         #[serde(crate = "es_core::serde")]
/// #         pub struct $name { $(pub $field: $type),* }
/// #     };
/// # }
/// # activity!(TakePayment { cents: u64 });
/// # activity!(PaymentTaken { payment: u64 });
/// # activity!(Refund { payment: Option<u64>, cents: u64 });
/// # activity!(Confirm {});
/// # impl Activity for TakePayment { const NAME: &'static str = "take-payment"; type Output = PaymentTaken; }
/// # impl Activity for Refund { const NAME: &'static str = "refund"; type Output = (); }
/// # impl Activity for Confirm { const NAME: &'static str = "confirm"; type Output = (); }
/// # #[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
/// # #[serde(crate = "es_core::serde")]
/// # #[event(name = "order-placed")]
/// # pub struct OrderPlaced { pub order: u32, pub cents: u64 }
/// # #[derive(EventSet, Clone, Debug, PartialEq)]
/// # pub enum Starts { Placed(OrderPlaced) }
///
/// #[derive(Clone, Debug, Default, PartialEq)]
/// pub struct Fulfilment {
///     cents: u64,
///     payment: Option<u64>,
/// }
///
/// impl Saga for Fulfilment {
///     const NAME: &'static str = "fulfilment";
///     type Id = u32;
///     type Start = Starts;
///
///     fn id(event: &Starts) -> u32 {
///         let Starts::Placed(placed) = event;
///         placed.order
///     }
///
///     fn definition() -> Definition<Self> {
///         Definition::new(1, Duration::from_secs(7200))
///             .start::<OrderPlaced>()
///             .step::<TakePayment>(|step| step.with_timeout(Duration::from_secs(10)))
///             .step_without_compensation::<Confirm>("a mail is not unsent", StepPolicy::optional)
///     }
///
///     fn initial() -> Self {
///         Self::default()
///     }
///
///     fn start(&mut self, event: Starts) {
///         let Starts::Placed(placed) = event;
///         self.cents = placed.cents;
///     }
/// }
///
/// impl Apply<PaymentTaken> for Fulfilment {
///     fn apply(&mut self, answer: PaymentTaken) {
///         self.payment = Some(answer.payment);
///     }
/// }
///
/// // The answer of activities that have nothing to tell.
/// impl Apply<()> for Fulfilment {
///     fn apply(&mut self, (): ()) {}
/// }
///
/// impl Prepare<TakePayment> for Fulfilment {
///     fn prepare(&self) -> TakePayment {
///         TakePayment { cents: self.cents }
///     }
/// }
///
/// impl Compensate<TakePayment> for Fulfilment {
///     type By = Refund;
///
///     // Without an answer nobody knows the payment: the service finds it by the key of the step.
///     fn compensate(&self, tried: Tried<PaymentTaken>) -> Refund {
///         Refund { payment: tried.done().map(|answer| answer.payment), cents: self.cents }
///     }
/// }
///
/// impl Prepare<Confirm> for Fulfilment {
///     fn prepare(&self) -> Confirm {
///         Confirm {}
///     }
/// }
///
/// assert_eq!(Fulfilment::definition().plan()?.steps().len(), 2);
/// # Ok::<(), es_core::process::PlanError>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a saga",
    label = "not a saga",
    note = "put on the struct that holds the state: #[derive(Saga, Default, Clone, Debug, PartialEq)] #[saga(name = \"…\", id = …, by = \"…\", starts(…), steps(…), deadline = \"…\")]"
)]
pub trait Saga: Clone + fmt::Debug + PartialEq + Send + Sync + 'static {
    /// The category of its streams: 1 to 35 ASCII letters, digits, `-`, `_` and `.`, a letter first. Never changes
    /// once released.
    const NAME: &'static str;

    /// The id of an instance. Its `Display` text is the key of the stream.
    type Id: AggregateId;

    /// The events that start an instance.
    type Start: EventSet + Clone + fmt::Debug + PartialEq;

    /// The instance that an event starts.
    #[must_use]
    fn id(event: &Self::Start) -> Self::Id;

    /// The steps, in order, with their policies.
    #[must_use]
    fn definition() -> Definition<Self>;

    /// The state before the first event.
    #[must_use]
    fn initial() -> Self;

    /// Applies the event that started the instance.
    fn start(&mut self, event: Self::Start);
}

/// The request of a step, from the state of the saga.
#[diagnostic::on_unimplemented(
    message = "`{Self}` lists the step `{A}` but never says what to ask for",
    label = "`impl Prepare<{A}> for {Self}` is missing",
    note = "write: impl Prepare<{A}> for {Self} {{ fn prepare(&self) -> {A} {{ .. }} }}"
)]
pub trait Prepare<A> {
    /// Returns the request.
    fn prepare(&self) -> A;
}

/// The effect of the answer of the step `R` on the state of a saga.
///
/// Implemented for every saga that has [`Apply`] for the answer; there is nothing to implement.
#[diagnostic::on_unimplemented(
    message = "`{Self}` never says how to apply the answer of the step `{R}`",
    label = "`impl Apply<{O}> for {Self}` is missing",
    note = "write: impl Apply<{O}> for {Self} {{ fn apply(&mut self, answer: {O}) {{ .. }} }}"
)]
pub trait AppliesOutput<R, O = <R as StepRequest>::Output> {
    #[doc(hidden)]
    fn apply_output_of(&mut self, output: O);
}

#[diagnostic::do_not_recommend]
impl<S: Apply<O>, R, O> AppliesOutput<R, O> for S {
    fn apply_output_of(&mut self, output: O) {
        self.apply(output);
    }
}

/// The compensation of a step that was tried.
#[diagnostic::on_unimplemented(
    message = "nothing says how the step `{A}` of `{Self}` is compensated",
    label = "`impl Compensate<{A}> for {Self}` is missing",
    note = "write: impl Compensate<{A}> for {Self} {{ type By = ..; fn compensate(&self, tried: Tried<..>) -> Self::By {{ .. }} }}",
    note = "or give the reason: `no_compensation = \"…\"` behind the step; in a definition, `step_without_compensation`"
)]
pub trait Compensate<A: StepRequest> {
    /// The activity or command that takes the step back.
    type By: ListedRequest;

    /// Returns the request that takes the step back.
    fn compensate(&self, tried: Tried<A::Output>) -> Self::By;
}

/// The compensation of the event that started the instance: an order that was placed is cancelled.
#[diagnostic::on_unimplemented(
    message = "nothing says how the start `{E}` of `{Self}` is compensated",
    label = "`impl CompensateStart<{E}> for {Self}` is missing",
    note = "write: impl CompensateStart<{E}> for {Self} {{ type By = ..; fn compensate_start(&self) -> Self::By {{ .. }} }}",
    note = "or list it without `compensated` if nothing is to be taken back; in a definition, with `start`"
)]
pub trait CompensateStart<E> {
    /// The activity or command that takes back what the event stands for.
    type By: ListedRequest;

    /// Returns the request.
    fn compensate_start(&self) -> Self::By;
}

#[diagnostic::do_not_recommend]
impl<S: Saga> UntypedSaga for S {
    const CATEGORY: &'static str = S::NAME;
    type Start = <S as Saga>::Start;

    fn plan() -> Result<Plan, PlanError> {
        Category::new(S::NAME)?;
        S::definition().plan()
    }

    fn initial_state() -> Self {
        S::initial()
    }

    fn apply_start(&mut self, event: Self::Start) {
        self.start(event);
    }

    fn apply_output(&mut self, step: &StepName, output: &Payload) -> Result<(), SagaError> {
        S::definition().complete(self, step, output)
    }

    fn request_of(&self, step: &StepName) -> Result<Request, SagaError> {
        S::definition().prepare(self, step)
    }

    fn compensation_of(
        &self,
        step: &StepName,
        tried: Tried<&Payload>,
    ) -> Result<Request, SagaError> {
        S::definition().compensate(self, step, tried)
    }

    fn lists(request: &Request) -> bool {
        S::definition().lists(request)
    }

    fn command_of(request: &Request) -> Result<Box<dyn CommandStep>, SagaError> {
        S::definition().command(request)
    }
}
