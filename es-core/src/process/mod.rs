//! Processes over several aggregates and services: sagas, which take back what they tried.
//!
//! A *saga* asks for one *step* after another. A step is an [`Activity`] of the outside world or a
//! [`Command`](crate::Command) of an aggregate in the same store. If one fails for good, all that was
//! tried is taken back, the last step first: each step has its *compensation*. If that fails as well, a
//! person has to *intervene*.
//!
//! `#[derive(Saga)]` lists the steps of a [`Saga`], and `#[derive(Activity)]` makes a struct a request; without them it
//! is written as a [`Definition`]. Below that is the machine: pure functions, without a clock or
//! a task. An [`Instance`] is the fold of the events of its stream. [`Instance::decide`] says which events
//! follow from an [`Input`], and [`Instance::next`] what is to be done then. A command is loaded and decided by
//! a [`CommandStep`], the one place that reads a store.
//!
//! ```
//! use es_core::prelude::*;
//! use es_core::process::*;
//! use es_core::{Payload, Position};
//!
//! # #[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
//! # #[serde(crate = "es_core::serde")]
//! # #[event(name = "order-placed")]
//! # pub struct OrderPlaced { #[event(tag)] pub order: u32, pub cents: u64 }
//! # #[derive(Activity, Serialize, Deserialize, Clone, Debug, PartialEq)]
//! # #[serde(crate = "es_core::serde")]
//! # #[activity(name = "ship")]
//! # pub struct Ship { pub order: u32 }
//! # #[derive(Activity, Serialize, Deserialize, Clone, Debug, PartialEq)]
//! # #[serde(crate = "es_core::serde")]
//! # #[activity(name = "call-back")]
//! # pub struct CallBack { pub order: u32 }
//! /// A request to the outside world, as data.
//! #[derive(Activity, Serialize, Deserialize, Clone, Debug, PartialEq)]
//! # #[serde(crate = "es_core::serde")]
//! #[activity(name = "take-payment")]
//! pub struct TakePayment {
//!     pub cents: u64,
//! }
//!
//! #[derive(Activity, Serialize, Deserialize, Clone, Debug, PartialEq)]
//! # #[serde(crate = "es_core::serde")]
//! #[activity(name = "refund")]
//! pub struct Refund {
//!     pub cents: u64,
//! }
//!
//! /// Takes the payment of an order, then ships it.
//! #[derive(Saga, Clone, Debug, Default, PartialEq)]
//! #[saga(
//!     name = "fulfilment",
//!     id = u32,
//!     by = "order",
//!     starts(OrderPlaced),
//!     steps(TakePayment(timeout = "10s"), Ship(attempts = 1)),
//!     deadline = "1h",
//! )]
//! pub struct Fulfilment {
//!     order: u32,
//!     cents: u64,
//! }
//!
//! impl Apply<OrderPlaced> for Fulfilment {
//!     fn apply(&mut self, event: OrderPlaced) {
//!         *self = Self { order: event.order, cents: event.cents };
//!     }
//! }
//!
//! impl Prepare<TakePayment> for Fulfilment {
//!     fn prepare(&self) -> TakePayment {
//!         TakePayment { cents: self.cents }
//!     }
//! }
//!
//! impl Compensate<TakePayment> for Fulfilment {
//!     type By = Refund;
//!
//!     fn compensate(&self, _: Tried<()>) -> Refund {
//!         Refund { cents: self.cents }
//!     }
//! }
//!
//! # impl Prepare<Ship> for Fulfilment {
//! #     fn prepare(&self) -> Ship { Ship { order: self.order } }
//! # }
//! # impl Compensate<Ship> for Fulfilment {
//! #     type By = CallBack;
//! #     fn compensate(&self, _: Tried<()>) -> CallBack { CallBack { order: self.order } }
//! # }
//! let plan = Fulfilment::definition().plan()?;
//! let now = Timestamp::now();
//! let mut instance = Instance::<Fulfilment>::of_key("17")?;
//! let mut tell = |input| match instance.decide(&plan, input, now) {
//!     Ok(Reaction::Changed { events, instance: changed }) => {
//!         instance = *changed;
//!         let names = events.iter().map(|event| event.name().to_string());
//!         Ok(names.collect::<Vec<_>>().join(", "))
//!     }
//!     Ok(Reaction::Ignored(reason)) => Ok(format!("ignored: {reason}")),
//!     Err(error) => Err(error),
//! };
//! let attempt = |step: &str, direction| {
//!     StepName::new(step).map(|step| Attempt { step, direction, number: 1 })
//! };
//!
//! let placed = FulfilmentStart::from(OrderPlaced { order: 17, cents: 500 });
//! let start = Input::Start { event: placed, position: Position(1) };
//! assert_eq!(tell(start)?, "saga.started, saga.step-started");
//!
//! let paid = Input::Answered {
//!     attempt: attempt("take-payment", Direction::Step)?,
//!     answer: Answer::Completed(Payload::of(&())?),
//! };
//! assert_eq!(tell(paid.clone())?, "saga.step-completed, saga.step-started");
//! assert_eq!(tell(paid)?, "ignored: late");
//!
//! // Nothing was shipped, so there is nothing to call back.
//! let refused = Input::Answered {
//!     attempt: attempt("ship", Direction::Step)?,
//!     answer: Answer::Refused("no such street".into()),
//! };
//! assert_eq!(tell(refused)?, "saga.step-failed, saga.compensating, saga.compensation-started");
//!
//! let Next::Perform(call) = instance.next() else { panic!("the refund is asked for") };
//! assert_eq!(call.request.name.as_str(), "refund");
//! assert_eq!(call.key.as_str(), "fulfilment/17/take-payment~compensation");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Guarantees
//!
//! Proven for a saga of three activities, each with a compensation, by running every story with up to three
//! faults of eight kinds: an attempt is refused or fails; it hangs, and has no effect, one at once, or one
//! after everything else; the process crashes after the effect; the instance is cancelled while the attempt
//! is under way, or after it has hung. A test of its own adds a crash whose request arrives last.
//!
//! - What was tried is compensated, in reverse order, unless nothing was done: the first attempt of an
//!   activity was refused, or a command has no answer. If the services keep their part, an instance that ends
//!   [`Undone`](End::Undone) has left nothing behind but what has no compensation by the plan. One that ends
//!   [`Completed`](End::Completed) has done all steps but those that were ignored or skipped as the plan
//!   allows.
//! - A compensation is never cancelled. It is repeated after each failure, after 1, 2, 4, 8 and 16 seconds by
//!   default, and then a person has to intervene.
//! - An input that is late, early, repeated or for no instance changes nothing: it is [`Ignored`]. An answer
//!   is late once [`Input::TimePassed`] has ended its attempt, and not before.
//! - Every wait ends at an instant that is stored, or a person is asked.
//! - The instance is the fold of its events, and of nothing else.
//!
//! # Requirements on services
//!
//! - *One key, one effect*: requests with the same [`ActivityKey`] have one effect, and the same answer.
//! - *A compensation is remembered*: a service that has taken a step back refuses the step from then on,
//!   although it may never have seen it. A request that hangs can arrive after its compensation.
//!
//! Commands of aggregates keep both, since their events are stored together with the answer: all of it, or
//! nothing. A command that has no answer was not done, and is not taken back.
//!
//! A saga cannot do without the second: a story of two faults breaks it, a payment that hangs in the network
//! and a cancel.

mod activity;
mod advance;
mod backward;
mod code;
mod command_step;
mod decide;
mod definition;
mod event;
mod evolve;
mod evolve_compensation;
mod evolve_forward;
mod failure;
mod input;
mod instance;
mod names;
mod next;
mod operator;
mod perform;
mod phase;
mod plan;
mod plan_error;
mod prepared;
mod request;
mod request_type;
mod retry_policy;
mod saga;
mod saga_error;
mod step;
mod step_policy;
mod step_request;
mod stored_value;
#[cfg(test)]
mod tests;
mod trail;
mod untyped;

pub use activity::Activity;
#[doc(hidden)]
pub use backward::Backward;
pub use command_step::{CommandError, CommandStep};
pub use decide::Reaction;
pub use definition::Definition;
pub use event::{
    CancelRequested, Compensated, Compensating, CompensationFailed, CompensationStarted, Completed,
    InterventionRequired, ManuallyCompensated, RetryRequested, SagaEvent, Started, StepCompleted,
    StepFailed, StepIgnored, StepResumed, StepSkipped, StepStarted, Undone,
};
pub use failure::{Because, Failure};
pub use input::{Answer, Attempt, Direction, Ignored, Input, Intervention};
pub use instance::Instance;
pub use names::{ActivityKey, ActivityName, StepName};
pub use next::{Call, Next};
pub use perform::{ActivityError, Perform};
pub use phase::{Cancel, End, Failed, Made, Phase, Running, StepPhase, Waiting};
pub use plan::{CompensationPolicy, Plan};
pub use plan_error::PlanError;
pub use request::Request;
pub use retry_policy::RetryPolicy;
pub use saga::{AppliesOutput, Compensate, CompensateStart, Prepare, Saga};
pub use saga_error::SagaError;
pub use step::{Compensation, Start, Step};
pub use step_policy::{OnSkip, OnStepFailure, StepPolicy};
pub use step_request::{
    KindOf, ListedRequest, OfActivity, OfCommand, RequestKind, StepRequest, StorableCommand,
};
pub use stored_value::UnstorableValue;
pub use trail::{Progress, TrailStep, Tried, WayBack};
pub use untyped::UntypedSaga;
