//! Compatibility of stored forms: rules that say if a change is safe, and in which direction.
//!
//! Requires the feature `schema`.
//!
//! Two questions are told apart. *Does new code read old data?* It must, always: what is stored
//! stays. *Does old code read new data?* That matters while both run, in a rolling deployment, and
//! after a roll back. Each change breaks a [`Rule`] of its own, with a sentence that says why:
//!
//! ```
//! use std::collections::BTreeMap;
//!
//! use es_core::shape::{Definition, Field, Form, Kind, Schema};
//! use es_testing::compatibility::{Rule, compatibility};
//!
//! fn event(fields: Vec<Field>) -> Schema {
//!     let definition = Definition { attributes: vec![], kind: Kind::Struct(fields) };
//!     Schema {
//!         form: Form::Named("Deposited".into()),
//!         definitions: BTreeMap::from([("Deposited".into(), definition)]),
//!     }
//! }
//!
//! fn cents(form: Form) -> Field {
//!     Field { name: "cents".into(), form, required: true, attributes: vec![] }
//! }
//!
//! let released = event(vec![cents(Form::Integer("i32"))]);
//! let present = event(vec![cents(Form::Integer("i64"))]);
//!
//! let widened = compatibility(&released, &present);
//! assert!(widened.new_reads_old());
//! assert!(!widened.old_reads_new());
//! assert_eq!(widened.changes()[0].rule, Rule::Widened);
//! assert_eq!(widened.changes()[0].place, "cents");
//! ```
//!
//! Tags are stored too, beside the event: [`tags_compatibility`] compares those.
//!
//! What is not stored is no change: the paths and names of types, the order of the fields of an
//! object, a struct around one value. A type that cannot be looked into (`Form::Opaque`) is the same
//! as long as its name is; that its form is the same cannot be told.

mod attributes;
mod change;
mod compare;
mod number;
mod rule;
mod tags;
mod view;

pub use change::{Change, Compatibility};
pub use compare::compatibility;
pub use rule::Rule;
pub use tags::{Tags, tags_compatibility};
