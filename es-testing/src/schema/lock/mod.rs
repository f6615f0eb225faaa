//! `events.lock`: the form of every version of every event that was released, in a file.
//!
//! Requires the feature `schema`.
//!
//! Code changes, events stay. The file lies beside `Cargo.toml`, is committed, and is compared with
//! the code by [`events_lock!`](crate::events_lock!), in one line of a test:
//!
//! ```ignore
//! #[test]
//! fn what_is_released_stays_as_it_is() {
//!     es_testing::events_lock!(AccountEvent, OrderEvent);
//! }
//! ```
//!
//! # What it looks like
//!
//! ```text
#![doc = include_str!("../../../tests/schema/lock/a_lock.txt")]
//! ```
//!
//! A line for each field, nested types spelled out under the version that holds them, events by name
//! and versions by number, no hashes and no counters: two branches that add different events merge,
//! two that release the same version of one event conflict, and should. What is `opaque` cannot be
//! looked into, since the type does not derive `Shape`; only its name is compared. The paths of types
//! and the order of fields are no part of what is stored.
//!
//! # What it holds the code to
//!
//! - A version that the code *writes* stays as it is. It may get optional fields, which are safe to
//!   read in both directions; everything else needs the next version.
//! - A version that the code only *reads* is still read, all of it.
//! - Tags and the home stay: a tag that comes or goes, and another home, are told with what to do.
//! - No event, version or alias goes. What is not written any more is listed under `superseded(…)`.
//!
//! A lock of format 1, of a release before tags were in it, is read; the next blessing writes it anew.
//!
//! The rules behind it are those of [`compatibility`](crate::compatibility), and the report names the
//! one that a change breaks.
//!
//! ```text
#![doc = include_str!("../../../tests/schema/lock/changes_of_what_is_released.txt")]
//! ```
//!
//! # Blessing
//!
//! `ES_BLESS=1 cargo test` writes what is new: events, versions, aliases, optional fields. It never
//! changes what is there; where something that is released has changed, nothing is written at all.
//! It says of each new version what a rolling deployment makes of it. Without the variable nothing is
//! ever written, on a build server or elsewhere.
//!
//! # By hand
//!
//! ```
//! use es_testing::lock::{self, Released};
//!
//! let text = "\
//! format 2
//!
//! event money-deposited
//!
//!   version 1: struct
//!     cents: i64
//! ";
//! let released: Released = text.parse()?;
//! assert_eq!(released.versions().count(), 1);
//!
//! // No set has the event any more.
//! let verdict = lock::check(&released, &[]);
//! assert!(verdict.is_breach());
//! assert!(verdict.to_string().contains("list it under superseded(…)"));
//!
//! let error = text.replace("cents: i64", "cents i64").parse::<Released>().unwrap_err();
//! assert_eq!(error.to_string(), "line 6: `:` was expected, and there is `i64`");
//! # Ok::<(), lock::InvalidLock>(())
//! ```

mod check;
mod file;
mod form;
mod line;
mod names;
mod parse;
mod parts;
mod released;
mod report;
mod tags;
mod write;

pub(crate) use file::with_causes;
pub(crate) use form::spelled;
pub(crate) use names::without_path;

#[doc(hidden)]
pub use file::expect_held;

pub use check::{Verdict, check};
pub use file::{LockError, hold, read};
pub use parse::InvalidLock;
pub use released::Released;

/// Compares `events.lock`, beside the `Cargo.toml` of the crate that says this, with the events of
/// the given sets, superseded ones included; [`lock`](crate::lock) tells how.
///
/// An event that several sets have is compared once. Give all sets of the crate at one place: an
/// event of the lock that none of them has is reported as gone.
///
/// # Panics
///
/// With a report, if what is released has changed, or if something new is not in the lock yet and
/// `ES_BLESS` is not `1`.
#[macro_export]
macro_rules! events_lock {
    ($($set:ty),+ $(,)?) => {
        $crate::lock::expect_held(
            ::core::env!("CARGO_MANIFEST_DIR"),
            &[$(<$set as $crate::__private::EventSet>::history()),+].concat(),
        )
    };
}
