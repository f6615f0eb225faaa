//! The events of an application for those who do not read its code: a page, JSON Schemas, an AsyncAPI
//! document and the event model as a drawing, all made from the types.
//!
//! Requires the feature `schema`.
//!
//! [`catalog!`](crate::catalog!) writes the test that keeps them beside the code. It fails when they are
//! out of date, and writes them when it is run with `ES_BLESS=1`:
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
//! es_testing::catalog!("docs/catalog", Account { commands: [Deposit] });
//! # }
//! # fn main() {}
//! ```
//!
//! Events of decisions across streams are given as the set that holds them all:
//! `catalog!("docs/catalog", SchoolEvent { decisions: [Subscribe, Unsubscribe] })`.
//!
//! # What it writes
//!
//! - `README.md`: the event model, the commands with what they cause, the events with their fields.
//! - `events/<name>/v<version>.schema.json`: a JSON Schema, draft 2020-12, of every version that can be
//!   read. A place whose form is not known takes everything and names the type that stands there.
//! - `asyncapi.json`: AsyncAPI 3, a channel for each aggregate and a message for each event and version.
//! - `model.mmd`: the event model for Mermaid.

mod async_api;
mod chapter;
#[cfg(all(test, feature = "laws"))]
mod drawn;
mod files;
mod json_schema;
mod markdown;
mod mermaid;

pub use async_api::async_api;
pub use chapter::Chapter;
pub use files::{check, compare, files, write};
pub use json_schema::json_schema;
pub use markdown::markdown;
pub use mermaid::mermaid;
