//! Given-when-then for aggregates and decisions, and the contract that every event store keeps.
//!
//! # A first scenario
//!
//! A scenario says what has happened, what is asked, and what follows. It needs no store, no
//! runtime and no clock: an aggregate is the fold of its events, and a decision is pure.
//!
//! ```
//! use es_core::prelude::*;
//! use es_testing::prelude::*;
//!
//! #[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
//! # #[serde(crate = "es_core::serde")]
//! #[event(name = "money-deposited")]
//! pub struct Deposited { pub cents: i64 }
//!
//! #[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
//! # #[serde(crate = "es_core::serde")]
//! #[event(name = "money-withdrawn")]
//! pub struct Withdrawn { pub cents: i64 }
//!
//! #[derive(Aggregate, Default, PartialEq)]
//! #[aggregate(name = "account", id = String, events(Deposited, Withdrawn), error = Overdrawn)]
//! pub struct Account { cents: i64 }
//!
//! impl Apply<Deposited> for Account {
//!     fn apply(&mut self, event: Deposited) { self.cents += event.cents; }
//! }
//!
//! impl Apply<Withdrawn> for Account {
//!     fn apply(&mut self, event: Withdrawn) { self.cents -= event.cents; }
//! }
//!
//! #[derive(Debug, PartialEq)]
//! pub struct Overdrawn { pub missing: i64 }
//! # impl std::error::Error for Overdrawn {}
//! # impl std::fmt::Display for Overdrawn {
//! #     fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { f.write_str("overdrawn") }
//! # }
//!
//! #[derive(Command, Clone)]
//! #[command(aggregate = Account)]
//! pub struct Withdraw { #[command(id)] pub account: String, pub cents: i64 }
//!
//! impl Decide<Withdraw> for Account {
//!     type Events = Withdrawn;
//!
//!     fn decide(&self, command: Withdraw) -> Result<Withdrawn, Overdrawn> {
//!         let missing = command.cents - self.cents;
//!         if missing > 0 {
//!             return Err(Overdrawn { missing });
//!         }
//!         Ok(Withdrawn { cents: command.cents })
//!     }
//! }
//!
//! fn withdraw(cents: i64) -> Withdraw {
//!     Withdraw { account: "ada".into(), cents }
//! }
//!
//! // #[test] fn what_is_there_can_be_withdrawn()
//! Account::given(Deposited { cents: 100 })
//!     .when(withdraw(30))
//!     .then(Withdrawn { cents: 30 });
//!
//! // #[test] fn an_overdraft_is_refused()
//! Account::given((Deposited { cents: 100 }, Withdrawn { cents: 30 }))
//!     .when(withdraw(80))
//!     .then_rejected(Overdrawn { missing: 10 })
//!     .and_state(Account { cents: 70 });
//!
//! // #[test] fn an_account_without_history_is_not_found()
//! Account::given(()).when(withdraw(1)).then_not_found();
//! ```
//!
//! Several commands make a chain: each is decided on the state that the one before left.
//!
//! # When it fails
//!
//! The panic tells the story, puts what happened beside what was expected, field by field, and
//! offers the assertion that would hold. `+` happened and was not expected, `-` was expected and
//! did not happen, `~` is of the right type with other fields.
//!
//! ```text
#![doc = include_str!("../tests/reports/unexpected_different_and_missing.txt")]
//! ```
//!
//! Values are compared with `PartialEq`; what is printed only explains. The last line is a
//! suggestion: what has no code of its own, as NaN or a `String` inside an error, is printed as
//! `Debug` prints it and does not compile as it is.
//!
//! # What cannot be stored
//!
//! Every event that is given or decided is encoded, decoded and compared, as a store would do it.
//! A NaN that is `null` in JSON, a field that serde skips, a `Some(None)` that comes back as
//! `None`: here they fail, and not when the history is read.
//!
//! ```text
#![doc = include_str!("../tests/reports/a_number_that_json_does_not_have.txt")]
//! ```
//!
//! NaN is not equal to itself. An event that holds one in a form that JSON has is taken as the
//! same if its JSON and its fields as printed are; no `then` can expect it, `then_state` may.
//!
//! # Through a store
//!
//! `.when(…)` may be followed by [`through`](When::through) a store: the same scenario, executed by
//! a repository and read back, with the same assertions. A store that answers something else than
//! it took is reported before them.
//!
//! # Decisions across streams
//!
//! [`decision::given`] begins a scenario of a [`Decision`](es_core::Decision): the same words, on a
//! past that is found by its tags.
//!
//! # Projections
//!
//! [`projection`] has scenarios of read models: `Balances::given(…).then_rows(…)` on a real database,
//! `then_model(…)` in memory. Their laws are in it too.
//!
//! # What is released stays readable
//!
//! [`events_lock!`] compares the events with those that were released, in one line of a test, and says
//! which change breaks what ([`lock`], [`compatibility`]). [`golden!`] reads a stored payload of every
//! version that there ever was ([`golden`](mod@golden)). When to do what about a change is told by
//! [`es_core::guide::changing_events`].
//!
//! # Laws
//!
//! [`laws!`] tries what holds for every aggregate, with events drawn from their stored forms: that
//! they come back, that any sequence of them is applied, that a replay from a snapshot ends where one of
//! all events does, that decisions are pure. See [`laws`](mod@laws).
//!
//! # Catalog
//!
//! [`catalog!`] keeps a page, JSON Schemas, an AsyncAPI document and a drawing of the event model beside
//! the code, and fails when they are out of date. See [`catalog`](mod@catalog).
//!
//! # For the authors of stores
//!
//! [`contract!`] writes a test for every guarantee of [`EventStore`](es_core::EventStore),
//! [`projection_contract!`] for every one of [`ProjectionStore`](es_core::ProjectionStore).
//!
//! # Features
//!
//! - `postgres`: a fresh PostgreSQL database for each test, on a server that is found or started.

mod blessing;
pub mod catalog;
pub mod compatibility;
pub mod contract;
pub mod decision;
pub mod golden;
pub mod laws;
pub mod lock;
#[cfg(feature = "postgres")]
pub mod postgres;
pub mod prelude;
pub mod projection;
pub mod projection_contract;
mod report;
mod scenario;

pub use blessing::Blessing;
pub use scenario::{Given, Played, Scenario, Stored, Then, When};

/// What the macros of this crate call.
#[doc(hidden)]
pub mod __private {
    pub use es_core::EventSet;
}
