//! Given-when-then scenarios for aggregates, decisions, projections and sagas, and the contract tests of stores.
//!
//! # Features
//!
//! A test compiles what its features ask for and nothing else.
//!
//! | Feature | Contains | Brings along |
//! |---|---|---|
//! | `scenario` (default) | given-when-then: [`Scenario`], [`decision`], [`projection`], [`saga`], [`every_failure!`] | |
//! | `laws` | [`laws!`], [`laws`](mod@laws), `Given::laws` of projections | proptest; `scenario` and `schema` |
//! | `schema` | [`events_lock!`], [`sagas_lock!`], [`golden!`], [`catalog!`]: [`lock`], [`saga_lock`](mod@saga_lock), [`golden`](mod@golden), [`compatibility`], [`catalog`](mod@catalog) | |
//! | `contract` | [`contract!`], [`projection_contract!`], [`saga_contract!`]: [`contract`](mod@contract), [`projection_contract`](mod@projection_contract), [`saga_contract`](mod@saga_contract), for authors of stores | a runtime of tokio with several threads |
//! | `postgres` | a new PostgreSQL database for each test, on a server that is found or started: [`postgres`]; `then_rows` of projections | sqlx |
//!
//! # Scenarios
//!
//! A scenario consists of past events (*given*), a command (*when*) and the expected events or rejection
//! (*then*). It needs no store, no runtime and no clock, because an aggregate is a fold of its events and a
//! decision is a pure function.
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
//! // #[test] fn a_withdrawal_within_the_balance_is_accepted()
//! Account::given(Deposited { cents: 100 })
//!     .when(withdraw(30))
//!     .then(Withdrawn { cents: 30 });
//!
//! // #[test] fn an_overdraft_is_rejected()
//! Account::given((Deposited { cents: 100 }, Withdrawn { cents: 30 }))
//!     .when(withdraw(80))
//!     .then_rejected(Overdrawn { missing: 10 })
//!     .and_state(Account { cents: 70 });
//!
//! // #[test] fn an_account_without_history_is_not_found()
//! Account::given(()).when(withdraw(1)).then_not_found();
//! ```
//!
//! Several commands form a chain: each is decided on the state that the previous one left.
//!
//! # Failure reports
//!
//! A failed assertion panics with the whole scenario, compares the events field by field, and suggests the
//! assertion that would pass. `+` marks an event that happened and was not expected, `-` one that was expected
//! and did not happen, and `~` one of the right type with different fields.
//!
//! ```text
#![doc = include_str!("../tests/scenario/reports/unexpected_different_and_missing.txt")]
//! ```
//!
//! Values are compared with `PartialEq`; the report only explains. The suggestion in the last line is not
//! always valid code: a value without a literal, such as NaN or a `String` inside an error, is printed in its
//! `Debug` form.
//!
//! # Round trips through JSON
//!
//! Every given or decided event is encoded, decoded and compared, as in a store. Values that JSON does not
//! preserve fail in the scenario instead of in production: a NaN that becomes `null`, a field that serde skips,
//! a `Some(None)` that comes back as `None`.
//!
//! ```text
#![doc = include_str!("../tests/scenario/reports/a_number_that_json_does_not_have.txt")]
//! ```
//!
//! NaN is not equal to itself. An event that contains one in a form that JSON preserves counts as equal if its
//! JSON and its printed fields are equal; `then` cannot expect such an event, `then_state` can.
//!
//! # Scenarios on a store
//!
//! `.when(…)` can be followed by [`through`](When::through) with a store. A repository then executes the same
//! scenario, reads it back, and applies the same assertions. A store that returns different events from those
//! that it was given is reported first.
//!
//! # Decisions across streams
//!
//! [`decision::given`] starts a scenario of a [`Decision`](es_core::Decision), with the same methods. Its past events are
//! found by their tags.
//!
//! # Projections
//!
//! [`projection`] has scenarios of read models: `Balances::given(…).then_rows(…)` on a PostgreSQL database, and
//! `then_model(…)` in memory. It also contains the laws
//! of projections (feature `laws`).
//!
//! # Sagas
//!
//! [`saga`] has stories of one instance, on a clock of their own: `Fulfilment::started_by(…).does::<TakePayment>(…)
//! .refuses::<Ship>("no such street").compensates(Refund { … }).then_undone("no such street")`. [`every_failure!`] runs a saga with
//! every fault in up to so many places, and checks what is left behind.
//!
//! # Schema lock and golden payloads
//!
//! Requires the feature `schema`.
//!
//! [`events_lock!`] compares the events with those of earlier releases, in one line of a test, and reports which change
//! breaks what ([`lock`], [`compatibility`]). [`golden!`] reads a stored payload of every released version
//! ([`golden`](mod@golden)). [`es_core::guide::changing_events`] explains when to use which.
//!
//! # Property tests
//!
//! Requires the feature `laws`.
//!
//! [`laws!`] checks the laws of aggregates with events generated from their schemas: events survive a round trip, any sequence of them can
//! be applied, a replay from a snapshot ends in the same state as a replay of all events, and decisions are
//! pure. See
//! [`laws`](mod@laws).
//!
//! # Catalog
//!
//! Requires the feature `schema`.
//!
//! [`catalog!`] keeps a documentation page, JSON Schemas, an AsyncAPI document and a diagram of the event model beside the
//! code, and fails if they are out of date. See [`catalog`](mod@catalog).
//!
//! # Contract tests for stores
//!
//! Requires the feature `contract`.
//!
//! [`contract!`] generates a test for every guarantee of [`EventStore`](es_core::EventStore),
//! [`projection_contract!`] for every guarantee of
//! [`ProjectionBackend`](es_core::projection::ProjectionBackend), and [`saga_contract!`] for those of
//! [`SagaStore`](es_core::sagas::SagaStore).

// This page and the guide name what every feature contains, whichever of them are on.
#![cfg_attr(
    not(all(feature = "laws", feature = "contract", feature = "postgres")),
    allow(rustdoc::broken_intra_doc_links)
)]

#[cfg(feature = "contract")]
pub mod contract;
#[cfg(all(feature = "laws", feature = "schema"))]
pub mod guide;
mod missing_features;
#[cfg(any(feature = "scenario", feature = "schema"))]
mod page;
#[cfg(feature = "postgres")]
pub mod postgres;
#[cfg(feature = "scenario")]
pub mod prelude;
#[cfg(feature = "contract")]
pub mod projection_contract;
#[cfg(feature = "contract")]
pub mod saga_contract;
#[cfg(feature = "scenario")]
mod scenario;
#[cfg(feature = "schema")]
mod schema;

#[cfg(feature = "laws")]
pub use scenario::laws;
#[cfg(feature = "scenario")]
pub use scenario::{Given, Played, Scenario, Stored, Then, When, decision, projection, saga};
#[cfg(feature = "schema")]
pub use schema::{Blessing, catalog, compatibility, golden, lock, saga_lock};

/// Items that the macros of this crate call.
#[doc(hidden)]
pub mod __private {
    pub use es_core::EventSet;
}
