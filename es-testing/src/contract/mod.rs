//! What every event store owes, as tests: [`contract!`](crate::contract!) runs them all.
//!
//! Each test is a function of a fresh, empty store, named after what it proves, in the module of
//! its guarantee. An adapter that runs them all may promise what
//! [`EventStore`](es_core::EventStore) promises. Each of them fails against a store that breaks
//! just this; a test of this crate compares the list of such stores with [`TESTS`].

#![expect(
    clippy::missing_panics_doc,
    reason = "a panic is how a test of the contract says that the store broke it"
)]

pub mod append;
pub mod conflict;
pub mod dropping;
pub mod event_ids;
pub mod expected_version;
pub mod log;
pub mod order;
pub mod paging;
pub mod snapshots;
pub mod streams;
mod subjects;
mod suite;

pub use suite::{TESTS, run};
