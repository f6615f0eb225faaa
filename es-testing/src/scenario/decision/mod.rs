//! Given-when-then for decisions across streams.
//!
//! What is given is put into a store in memory under its tags, so that the queries of the models are
//! real: an event that a model should know of and does not find is missed here as well.
//!
//! ```
//! use es_core::prelude::*;
//! use es_testing::prelude::*;
//!
//! #[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
//! # #[serde(crate = "es_core::serde")]
//! #[event(name = "name-taken")]
//! pub struct NameTaken {
//!     #[event(tag)]
//!     pub name: String,
//! }
//!
//! /// Whether anybody has a name.
//! #[derive(DecisionModel, Clone, Debug)]
//! #[decision_model(events(NameTaken))]
//! pub struct Name {
//!     #[decision_model(tag)]
//!     name: String,
//!     taken: bool,
//! }
//!
//! impl Apply<NameTaken> for Name {
//!     fn apply(&mut self, _: NameTaken) {
//!         self.taken = true;
//!     }
//! }
//!
//! #[derive(Debug)]
//! pub struct TakeName(pub &'static str);
//!
//! #[derive(Debug, PartialEq)]
//! pub struct Taken;
//! # impl std::error::Error for Taken {}
//! # impl std::fmt::Display for Taken {
//! #     fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { f.write_str("taken") }
//! # }
//!
//! impl Decision for TakeName {
//!     type Model = Name;
//!     type Events = NameTaken;
//!     type Error = Taken;
//!
//!     fn model(&self) -> Name {
//!         Name { name: self.0.into(), taken: false }
//!     }
//!
//!     fn decide(&self, name: &Name) -> Result<NameTaken, Taken> {
//!         if name.taken { Err(Taken) } else { Ok(NameTaken { name: self.0.into() }) }
//!     }
//! }
//!
//! // #[test] fn a_free_name_can_be_taken()
//! decision::given(NameTaken { name: "bob".into() })
//!     .when(TakeName("ada"))
//!     .then(NameTaken { name: "ada".into() });
//!
//! // #[test] fn a_name_is_taken_once()
//! decision::given(NameTaken { name: "ada".into() })
//!     .when(TakeName("ada"))
//!     .then_rejected(Taken);
//! ```
//!
//! A scenario that fails tells its story as that of an aggregate does. Under `state` stand the models,
//! one a line, as the decision saw them:
//!
//! ```text
#![doc = include_str!("../../../tests/scenario/reports/a_decision_that_was_refused.txt")]
//! ```

mod given;
mod then;
mod when;

pub use given::{Given, given};
pub use when::When;
