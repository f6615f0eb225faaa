//! `sagas.lock`: the steps of every version of every saga that was released, in a file.
//!
//! Requires the feature `schema`.
//!
//! Code changes, instances stay: one that was started by an earlier version is read, and taken back, by the code of
//! today. The file lies beside `Cargo.toml`, is committed, and is compared with the code by
//! [`sagas_lock!`](crate::sagas_lock!), in one line of a test:
//!
//! ```ignore
//! #[test]
//! fn instances_of_earlier_versions_are_read() {
//!     es_testing::sagas_lock!(Fulfilment);
//! }
//! ```
//!
//! # Format
//!
//! ```text
#![doc = include_str!("../../../tests/schema/saga_lock/a_lock.txt")]
//! ```
//!
//! Timeouts, attempts and the deadline are no part of it: an instance stores the instant until which it waits. The shapes
//! of requests and answers are no part of it either;
//! [`Sagas::rehearse`](es_core::sagas::Sagas::rehearse) reads them.
//!
//! # What it holds the code to
//!
//! - A version that was released keeps its starts, and its steps in their order. Changed ones are the next version.
//! - A step that an earlier version had is still listed, among the steps or as retired, as the same kind of request, and
//!   with its compensation, of the same kind too.
//! - An event that has started instances stays among the events that start, and stays compensated if it was.
//! - A saga that was released stays.
//!
//! Neither a retired step nor a saga ever leaves the lock and the code while an instance that has tried it is to be read.
//!
//! ```text
#![doc = include_str!("../../../tests/schema/saga_lock/steps_that_changed.txt")]
//! ```
//!
//! # Blessing
//!
//! `ES_BLESS=1 cargo test` writes what is new: sagas and versions. It never changes what is there; where something
//! that is released has changed, nothing is written at all.

mod check;
mod file;
mod form;
mod parse;

#[doc(hidden)]
pub use file::expect_sagas_held;
#[doc(hidden)]
pub use form::SagaForm;

/// Compares `sagas.lock`, beside the `Cargo.toml` of the crate that says this, with the given sagas;
/// [`saga_lock`](mod@crate::saga_lock) tells how.
///
/// Give all sagas of the crate at one place: one that is missing is reported as gone.
///
/// # Panics
///
/// With a report, if the steps or starts of a released version are not those of the lock, or are no longer kept by the
/// code; or if something new is not in the lock yet and `ES_BLESS` is not `1`.
#[macro_export]
macro_rules! sagas_lock {
    ($($saga:ty),+ $(,)?) => {
        $crate::saga_lock::expect_sagas_held(
            ::core::env!("CARGO_MANIFEST_DIR"),
            &[$($crate::saga_lock::SagaForm::of::<$saga>()),+],
        )
    };
}
