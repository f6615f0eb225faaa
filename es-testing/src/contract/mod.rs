//! Contract of an event store, as tests.
//!
//! Requires the feature `contract`.
//!
//! [`contract!`](crate::contract!) runs them all.
//!
//! Each test is a function of a fresh, empty store, named after what it proves, in the module of
//! its guarantee. An adapter that runs them all may promise what
//! [`EventStore`](es_core::EventStore) promises. Each of them fails against a store that breaks
//! just this; a test of this crate compares the list of such stores with [`TESTS`].
//!
//! # How an adapter runs it
//!
//! In a test of its own, with `es-testing` as a dev-dependency: a function that makes a store, and
//! one macro call. The function is called once a test and answers with the store and with whatever
//! must outlive it, such as a database that is dropped with its guard. The store must be empty and
//! nobody else's, since tests read the whole log. The tests run side by side, each on a
//! multi-threaded runtime of tokio, because writers that cannot meet prove nothing.
//!
//! A whole adapter, which forwards to another store and counts what it is asked to append:
//!
//! ```
//! use std::sync::Arc;
//! use std::sync::atomic::{AtomicUsize, Ordering};
//!
//! use es_core::prelude::*;
//! use es_core::{
//!     AppendError, Appended, Cursor, LogPage, Query, QueryPage, RecordedEvent, SelectedPage, Selection,
//!     StoreError,
//! };
//! use es_testing::contract;
//!
//! #[derive(Clone, Default)]
//! struct Counting {
//!     inner: MemoryStore,
//!     appends: Arc<AtomicUsize>,
//! }
//!
//! impl EventStore for Counting {
//!     async fn append(&self, append: Append) -> Result<Appended, AppendError> {
//!         self.appends.fetch_add(1, Ordering::Relaxed);
//!         self.inner.append(append).await
//!     }
//!
//!     async fn stream_page(
//!         &self,
//!         stream: &StreamId,
//!         cursor: Cursor<Version>,
//!         limit: u32,
//!     ) -> Result<Vec<RecordedEvent>, StoreError> {
//!         self.inner.stream_page(stream, cursor, limit).await
//!     }
//!
//!     async fn log_page(
//!         &self,
//!         cursor: Cursor<Position>,
//!         limit: u32,
//!     ) -> Result<LogPage, StoreError> {
//!         self.inner.log_page(cursor, limit).await
//!     }
//!
//!     async fn query_page(
//!         &self,
//!         query: &Query,
//!         after: Position,
//!         limit: u32,
//!     ) -> Result<QueryPage, StoreError> {
//!         self.inner.query_page(query, after, limit).await
//!     }
//!
//!     async fn select_page(
//!         &self,
//!         selection: &Selection,
//!         after: Position,
//!         limit: u32,
//!     ) -> Result<SelectedPage, StoreError> {
//!         self.inner.select_page(selection, after, limit).await
//!     }
//! }
//!
//! async fn make_store() -> (Counting, ()) {
//!     (Counting::default(), ())
//! }
//!
//! // In `tests/contract.rs`, each guarantee as a `#[test]`:
//! es_testing::contract!(make_store);
//!
//! # fn main() {
//! // One of them by itself, while the adapter is being written:
//! contract::run(make_store, contract::conflict::two_writers_one_winner);
//! # }
//! ```
//!
//! # What each guarantee means
//!
//! - [`append`]: what is stored is what was given, to the byte, under the version, the positions and
//!   the time of the answer; also the largest of everything that es-core lets through.
//! - [`expected_version`]: `Any`, `NoStream`, `StreamExists` and `Exact` are each enforced, for parts
//!   without events too.
//! - [`conflict`]: of those that rely on one version one goes on, the others learn where the stream is,
//!   and nothing of them is stored.
//! - [`event_ids`]: an append that is sent again is answered as the first time, whoever sends it and
//!   whatever became of the first; an id in another place is refused.
//! - [`crowd`]: however many append at once, each is answered for itself. A store may put them
//!   together as it likes.
//! - [`order`]: positions and times rise along every stream, and appends that cross do not lock each
//!   other out.
//! - [`paging`] and [`streams`]: pages begin beyond their cursor and end at their limit, streams are
//!   apart, clones are one store.
//! - [`log`]: a reader that follows the log to `safe` loses nothing, though positions become visible
//!   in another order than they are given in.
//! - [`checkpoint`]: a reader goes on where it was, and not in a log that was restored or replaced.
//! - [`query`]: events are found by type and by tag, at once, in the order of the log; nothing that
//!   matches appears at or below a page's `safe` afterwards.
//! - [`select`]: a part of the log is read to its end without a loss, however rare what it asks for is,
//!   and a reader that waits there learns that there is more.
//! - [`condition`]: an append is refused for what its decision has not seen and for nothing else.
//! - [`condition_order`]: conditions hold in the order of the log, which an audit asks again after
//!   races, so that a reader of the log never sees a decision contradicted by what stands before it.
//! - [`lock`]: whoever has the lock of an append reads and appends while others wait, and a lock that is
//!   dropped or forgotten is over. For a store without locks there is nothing to prove.
//! - [`requests`]: however often and however many send a request, it has one answer, and one effect. For a
//!   store that does not remember requests there is nothing to prove.
//! - [`retag`]: tags that come with a later release. For a [`RetagStore`](es_core::RetagStore), by
//!   [`retag_contract!`](crate::retag_contract!).
//! - [`transform`], [`transform_races`], [`transform_readers`]: a corrected copy takes the name of a
//!   stream at once, the old one stays as its archive, nothing that was decided on the old one fits the
//!   new one, and whoever reads finds each event once. For a store that is a
//!   [`TransformStore`](es_core::TransformStore), by [`transform_contract!`](crate::transform_contract!).
//! - [`dropping`]: a caller that gives up leaves an append whole or absent.
//! - [`kept`]: a call that was begun and that nobody polls holds nobody up.
//!
//! # What it does not cover
//!
//! It sees a store through its trait alone, in one process, while everything works. An adapter's own
//! tests show the rest: that what was acknowledged survives a crash of the server; what becomes of an
//! append whose connection breaks; that time does not go back when the clock does; a log that really
//! was restored, rather than a checkpoint that pretends; whatever the adapter offers beside the trait,
//! as taking part in the caller's transaction. Speed and fairness are no part of it: a store that is
//! slow, or answers the last first, keeps it.
//!
//! A race that a store loses one time in a million may pass. The tests of races go many rounds and fail
//! at once where nothing is done about them, which is what their broken stores show.

#![expect(
    clippy::missing_panics_doc,
    reason = "a panic is how a test of the contract says that the store broke it"
)]

pub mod append;
pub mod checkpoint;
pub mod condition;
pub mod condition_order;
pub mod conflict;
pub mod crowd;
pub mod dropping;
pub mod event_ids;
pub mod expected_version;
pub mod imported;
pub mod kept;
pub mod lock;
pub mod log;
pub mod order;
pub mod paging;
pub mod query;
pub mod requests;
pub mod retag;
mod seeded;
pub mod select;
pub mod snapshots;
pub mod streams;
mod subjects;
mod suite;
pub mod transform;
pub mod transform_races;
pub mod transform_readers;

pub use suite::{RETAG_TESTS, TESTS, TRANSFORM_TESTS, run};
