//! Laws of every aggregate, tried with events and commands that are drawn at random.
//!
//! Requires the feature `laws`.
//!
//! [`laws!`](crate::laws!) writes a test for each law. Where the stored form of all events is known it
//! needs nothing but the aggregate:
//!
//! ```
//! # mod account {
//! use es_core::prelude::*;
//! # #[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
//! # #[serde(crate = "es_core::serde")]
//! # #[event(name = "money-deposited")]
//! # pub struct Deposited { pub cents: u32 }
//! # #[derive(Aggregate, Default, Debug, PartialEq)]
//! # #[aggregate(name = "account", id = String, events(Deposited))]
//! # pub struct Account { cents: u64 }
//! # impl Apply<Deposited> for Account {
//! #     fn apply(&mut self, event: Deposited) {
//! #         self.cents = self.cents.saturating_add(event.cents.into());
//! #     }
//! # }
//! # #[derive(Command, Clone)]
//! # #[command(aggregate = Account, any)]
//! # pub struct Deposit { #[command(id)] pub account: String, pub cents: u32 }
//! # impl Decide<Deposit> for Account {
//! #     type Events = Deposited;
//! #     fn decide(&self, command: Deposit) -> Result<Deposited, Self::Error> {
//! #         Ok(Deposited { cents: command.cents })
//! #     }
//! # }
//!
//! es_testing::laws!(Account, commands = [|cents| Deposit { account: "ada".into(), cents }]);
//! # }
//! # fn main() {}
//! ```
//!
//! # The laws
//!
//! - Every event is read back from its stored form as it was.
//! - Every [golden payload](mod@crate::golden) of its events is read, where the crate has some.
//! - Apply takes its own events in any order and number. What has happened cannot be refused, so an
//!   apply that panics, for example where a sum overflows, makes a stream that is never loaded again.
//! - A replay of all events ends in the same state as one that begins with a snapshot, wherever that
//!   was taken. An aggregate without snapshots is replayed twice.
//! - The same command on the same state has the same answer, and panics on none. It is asked again
//!   when others were faster.
//! - Every event that a decision causes is one of the aggregate's, and is read back by its name.
//!
//! Without `commands = […]` the last two cannot be tried, and `cargo test` shows them as ignored.
//!
//! # What is drawn
//!
//! Events come from the stored form of their current version: small numbers, the least and the
//! greatest of their type, and any other; texts of every kind; absent fields that may be absent. An
//! event of which a field's form is not known, or whose type has rules beyond its form, is drawn by
//! the user, as commands are:
//!
//! ```text
//! laws!(Account,
//!     events = [|owner: String| Opened { owner: Owner::new(&owner) }],
//!     commands = [|| Open { account: "ada".into() }, |cents| Deposit { account: "ada".into(), cents }],
//! );
//! ```
//!
//! Each is a function of the parts that vary, or a strategy of proptest ([`Source`]). Commands are asked
//! one after another, each on the state that the one before left, from an empty stream if one of them
//! can be the first; else after events that were drawn.
//!
//! 256 cases are tried, the same ones each time. `PROPTEST_CASES` asks for more and
//! `PROPTEST_RNG_SEED` for others. A case that fails is shortened before it is told:
//!
//! ```text
#![doc = include_str!("../../../tests/scenario/laws/an_apply_that_overflows.txt")]
//! ```

mod asked;
mod caught;
mod decide;
mod drawn;
mod fold;
pub(crate) mod payload;
mod replay;
mod source;
mod suite;
mod trial;

pub(crate) use trial::{Broken, hold};

pub use source::{ByStrategy, Source};
pub use suite::Laws;
