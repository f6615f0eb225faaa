//! Given-when-then for sagas, and all runs with every failure.
//!
//! A story tells one instance what happens to it, step by step, on a clock of its own. There is no store, no
//! service and no runtime: a saga is a fold of its events.
//!
//! ```
//! use std::time::Duration;
//!
//! use es_core::prelude::*;
//! use es_core::process::{Compensate, Prepare, Tried};
//! use es_testing::prelude::*;
//!
//! # #[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
//! # #[serde(crate = "es_core::serde")]
//! # #[event(name = "order-placed")]
//! # pub struct OrderPlaced { #[event(tag)] pub order: u32, pub cents: u64 }
//! # #[derive(Activity, Serialize, Deserialize, Clone, Debug, PartialEq)]
//! # #[serde(crate = "es_core::serde")]
//! # #[activity(name = "take-payment", output = PaymentTaken)]
//! # pub struct TakePayment { pub cents: u64 }
//! # #[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
//! # #[serde(crate = "es_core::serde")]
//! # pub struct PaymentTaken { pub payment: u64 }
//! # #[derive(Activity, Serialize, Deserialize, Clone, Debug, PartialEq)]
//! # #[serde(crate = "es_core::serde")]
//! # #[activity(name = "refund")]
//! # pub struct Refund { pub payment: Option<u64>, pub cents: u64 }
//! # #[derive(Activity, Serialize, Deserialize, Clone, Debug, PartialEq)]
//! # #[serde(crate = "es_core::serde")]
//! # #[activity(name = "ship")]
//! # pub struct Ship { pub order: u32 }
//! /// Takes the payment of an order, then ships it.
//! #[derive(Saga, Default, Clone, Debug, PartialEq)]
//! #[saga(
//!     name = "fulfilment", id = u32, by = "order", starts(OrderPlaced), deadline = "1h",
//!     steps(TakePayment, Ship(no_compensation = "it comes back as a return")),
//! )]
//! pub struct Fulfilment {
//!     order: u32,
//!     cents: u64,
//! }
//!
//! impl Compensate<TakePayment> for Fulfilment {
//!     type By = Refund;
//!
//!     fn compensate(&self, tried: Tried<PaymentTaken>) -> Refund {
//!         Refund { payment: tried.done().map(|taken| taken.payment), cents: self.cents }
//!     }
//! }
//! # impl Apply<OrderPlaced> for Fulfilment {
//! #     fn apply(&mut self, placed: OrderPlaced) {
//! #         *self = Self { order: placed.order, cents: placed.cents };
//! #     }
//! # }
//! # impl Apply<PaymentTaken> for Fulfilment { fn apply(&mut self, _: PaymentTaken) {} }
//! # impl Prepare<TakePayment> for Fulfilment {
//! #     fn prepare(&self) -> TakePayment { TakePayment { cents: self.cents } }
//! # }
//! # impl Prepare<Ship> for Fulfilment {
//! #     fn prepare(&self) -> Ship { Ship { order: self.order } }
//! # }
//!
//! fn placed() -> OrderPlaced {
//!     OrderPlaced { order: 17, cents: 500 }
//! }
//!
//! // #[test] fn what_is_paid_is_shipped()
//! Fulfilment::started_by(placed())
//!     .does::<TakePayment>(PaymentTaken { payment: 7 })
//!     .does::<Ship>(())
//!     .then_completed();
//!
//! // #[test] fn what_cannot_be_shipped_is_paid_back()
//! Fulfilment::started_by(placed())
//!     .does::<TakePayment>(PaymentTaken { payment: 7 })
//!     .refuses::<Ship>("no such street")
//!     .compensates(Refund { payment: Some(7), cents: 500 })
//!     .then_undone("no such street");
//!
//! // #[test] fn a_payment_that_hangs_is_asked_for_three_times_and_paid_back()
//! Fulfilment::started_by(placed())
//!     .hangs::<TakePayment>()
//!     .then_waits(Duration::from_secs(1))
//!     .hangs::<TakePayment>()
//!     .then_waits(Duration::from_secs(2))
//!     .hangs::<TakePayment>()
//!     .compensates(Refund { payment: None, cents: 500 })
//!     .then_undone("timed out");
//! ```
//!
//! A story that fails is printed with all that the instance was told, each with its instant on the story's clock:
//!
//! ```text
#![doc = include_str!("../../../tests/scenario/reports/another_request_of_a_saga.txt")]
//! ```
//!
//! # Every failure
//!
//! A story says what happens if one thing fails. [`every_failure!`](crate::every_failure) tries all of them, in up
//! to so many places at once, with services of the test.
//!
//! # What is not tested here
//!
//! - That real services keep [their part](es_core::process#requirements-on-services): one key, one effect, and a
//!   compensation is remembered.
//! - The direction of a request that `does`, `refuses`, `fails` or `hangs` answers: it is known by its name. `compensates`
//!   asserts that it takes a step back.
//! - Inputs that are ignored, such as an answer that comes too late: a story fails if nothing follows from an input.
//! - The deadline and the acts of operators in `every_failure!`. A story has them: `after`, `skip`, `retry`,
//!   `mark_compensated`.

mod failures;
mod fault;
mod play;
mod run;
mod story;

pub use failures::check_every_failure;
pub use fault::Fault;
pub use run::Run;
pub use story::{SagaScenario, Story};
