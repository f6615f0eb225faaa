//! Given-when-then for projections: given these events, the read model says that.
//!
//! In memory, without a runtime and a database:
//!
//! ```
//! use es_core::prelude::*;
//! use es_core::{Project, ProjectError, Projection};
//! use es_testing::prelude::*;
//!
//! #[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
//! # #[serde(crate = "es_core::serde")]
//! #[event(name = "money-deposited")]
//! pub struct Deposited { pub cents: i64 }
//!
//! #[derive(Projection, Default)]
//! #[projection(name = "totals", version = 1, events(Deposited))]
//! pub struct Totals;
//!
//! #[derive(Default, Debug, PartialEq)]
//! pub struct Total { cents: i64 }
//!
//! impl Project<Deposited, Total> for Totals {
//!     async fn project(
//!         &self,
//!         event: Recorded<Deposited>,
//!         total: &mut Total,
//!     ) -> Result<(), ProjectError> {
//!         total.cents += event.event.cents;
//!         Ok(())
//!     }
//! }
//!
//! // #[test] fn deposits_are_added_up()
//! Totals::given((Deposited { cents: 100 }, Deposited { cents: 30 }))
//!     .then_model(Total { cents: 130 });
//!
//! // #[test] fn whoever_deposits()
//! Totals::given_in("account/ada", Deposited { cents: 100 })
//!     .given_in("account/bob", Deposited { cents: 1 })
//!     .then(|total: &Total| assert_eq!(total.cents, 101));
//! ```
//!
//! On a database, with the feature `postgres`, each scenario on a fresh one: the tables are made, the events
//! handled, and the rows of a query compared with JSON.
//!
//! ```ignore
//! #[tokio::test]
//! async fn each_account_has_its_balance() {
//!     Balances::given_in("account/ada", (Deposited { cents: 100 }, Deposited { cents: 30 }))
//!         .given_in("account/bob", Deposited { cents: 5 })
//!         .then_rows(
//!             "SELECT owner, cents FROM account ORDER BY owner",
//!             json!([{"owner": "ada", "cents": 130}, {"owner": "bob", "cents": 5}]),
//!         )
//!         .await;
//! }
//! ```
//!
//! # What happens in a scenario
//!
//! Events stand in the log from position 1, each at its version in its stream, one second after the
//! other from 2020-01-01T00:00:00Z. Each is encoded and read as a store would do it. Effects are had as
//! by a version that serves, after the rows of their event. A `bulk` projection gets all events at once.
//!
//! # Laws
//!
//! Processes share the keys of a projection and cut their events into batches as it happens to come; a batch
//! that is not committed comes again. `Given::laws`, with the feature `laws`, tries that the same rows come out of it, with nodes and
//! batches drawn at random and the failing ones shortened:
//!
//! ```text
#![doc = include_str!("../../../tests/scenario/projections/a_model_that_depends_on_the_nodes.txt")]
//! ```

mod fold;
mod given;
#[cfg(feature = "laws")]
mod laws;
#[cfg(all(feature = "laws", feature = "postgres"))]
mod laws_in_database;
mod log;
mod model;
#[cfg(feature = "postgres")]
mod rows;
#[cfg(feature = "laws")]
mod schedule;
#[cfg(feature = "postgres")]
mod table;

pub use given::{Given, ProjectionScenario, given};
#[cfg(feature = "laws")]
pub use laws::Laws;
