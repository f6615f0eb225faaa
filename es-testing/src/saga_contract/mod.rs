//! Contract of a store of sagas, as tests.
//!
//! Requires the feature `contract`.
//!
//! [`saga_contract!`](crate::saga_contract!) runs them all, each on a fresh log with a fresh store of sagas. A store
//! that passes them may promise what [`SagaStore`](es_core::sagas::SagaStore) promises, and sagas that are run on it
//! keep the guarantees of [`Sagas`](es_core::sagas::Sagas).
//!
//! ```
//! use es_core::MemoryStore;
//! use es_core::sagas::MemorySagas;
//!
//! async fn make() -> (MemoryStore, MemorySagas, ()) {
//!     (MemoryStore::new(), MemorySagas::new(), ())
//! }
//!
//! // In a test of its own, each guarantee as a `#[test]`:
//! es_testing::saga_contract!(make);
//! # fn main() {}
//! ```
//!
//! # What each guarantee means
//!
//! - [`rows`]: what is saved comes back as it was, and each question finds what it asks for, in its order.
//! - [`nodes`]: each event starts one instance; what one process was cut off from others go on with; a
//!   command is executed once, whoever drives its instance.

#![expect(
    clippy::missing_panics_doc,
    reason = "a panic is how a test of the contract says that the store broke it"
)]

mod delivery;
pub mod nodes;
pub mod rows;
mod subjects;
mod suite;

pub use subjects::Subjects;
pub use suite::{TESTS, run};
