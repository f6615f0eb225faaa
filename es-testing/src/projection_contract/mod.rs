//! Contract of a projection store, as tests.
//!
//! Requires the feature `contract`.
//!
//! [`projection_contract!`](crate::projection_contract!) runs them all.
//!
//! Each test is a function of a fresh store, named after what it proves, in the module of its guarantee. A
//! store that passes them all may promise what [`ProjectionBackend`] promises. Each of them fails against a
//! store that breaks just this; a test of this crate compares the list of such stores with [`TESTS`].
//!
//! [`ProjectionBackend`]: es_core::projection::ProjectionBackend
//!
//! # How an adapter runs it
//!
//! The contract knows neither what handlers write into nor how rows are read. So the adapter's test has a
//! [`Probe`], which writes and reads numbers under keys, and a function that makes a store with it:
//!
//! ```
//! use es_core::{MemoryProjections, ProjectionName};
//! use es_testing::projection_contract::{Probe, Rows};
//!
//! #[derive(Clone)]
//! struct Numbers {
//!     kept: MemoryProjections<Rows>,
//! }
//!
//! impl Probe<Rows> for Numbers {
//!     async fn create(&self, rows: &mut Rows) {
//!         rows.clear();
//!     }
//!
//!     async fn add(&self, rows: &mut Rows, key: &str, number: i64) {
//!         *rows.entry(key.to_owned()).or_default() += number;
//!     }
//!
//!     async fn rows(&self, rows: &mut Rows) -> Rows {
//!         rows.clone()
//!     }
//!
//!     async fn read(&self, name: &ProjectionName) -> Rows {
//!         self.kept.read(name, Rows::clone).unwrap_or_default()
//!     }
//! }
//!
//! async fn make() -> (MemoryProjections<Rows>, Numbers, ()) {
//!     let kept = MemoryProjections::new();
//!     (kept.clone(), Numbers { kept }, ())
//! }
//!
//! // In a test of its own, each guarantee as a `#[test]`:
//! es_testing::projection_contract!(make);
//! # fn main() {}
//! ```
//!
//! # What each guarantee means
//!
//! - [`batch`]: rows, checkpoints and parked events are there together or not at all, however the
//!   batch ends.
//! - [`chained`]: a batch that is begun with the commit of the one before it is one by itself.
//! - [`handlers`]: a handler that ends its batch, or writes what the store would refuse at the
//!   commit, is told before it, and keeps nothing. For a store to which that can be done: see
//!   [`Probe::misdeed`].
//! - [`fence`]: a batch that rests on a slot that was given anew, is another node's, or was let go keeps
//!   nothing.
//! - [`lease`]: a slot is one node's until it is released or its lease is over; a paused node holds
//!   nobody up for longer.
//! - [`nodes`]: nodes learn how many they are, what they hold, and that they have to stop.
//! - [`parked`], [`due`]: parked events stay in order per key, is tried when it is due, when somebody
//!   replays it, or dropped with a reason; ten thousand keys are no trouble.
//! - [`versions`], [`swap`]: a new version is built beside the old one and takes over in one moment, no
//!   earlier than it has come as far, without repeating effects.
//! - [`rollout`]: what a node is too old to read waits, without a try, for a node that can read it;
//!   a release that reads more is not passed by.
//! - [`kept`]: a call that was begun and that nobody polls holds nobody up; a batch that its node
//!   does not go on with, no longer than the lease.
//! - [`rebuild`]: rows are built again in place, or separately, without anybody seeing it before it is done.
//!
//! # What it does not cover
//!
//! It sees a store in one process while everything works. A node is paused by leaving its batch alone; that
//! one whose process was stopped is no different is for the adapter's own tests, as are broken
//! connections and crashes of the server. Leases of some tests are 0.4 s long, and nothing is asserted to
//! happen within that time, only not before, or at all within ten seconds.

#![expect(
    clippy::missing_panics_doc,
    reason = "a panic is how a test of the contract says that the store broke it"
)]

pub mod batch;
pub mod chained;
pub mod due;
pub mod fence;
pub mod handlers;
pub mod kept;
pub mod lease;
pub mod nodes;
pub mod parked;
mod probe;
pub mod rebuild;
pub mod rollout;
mod subjects;
mod suite;
pub mod swap;
pub mod versions;

pub use probe::{Misdeed, Probe, Rows};
pub use subjects::Kept;
pub use suite::{TESTS, run};
