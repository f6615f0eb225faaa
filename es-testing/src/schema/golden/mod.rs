//! Golden payloads: one stored event of every version that was ever released, read for ever.
//!
//! Requires the feature `schema`.
//!
//! A lock proves that the forms have not changed; a golden payload proves that what is in the store is
//! read, upcasts included, and read as the same as before. [`golden!`](crate::golden!) reads them all,
//! in one test:
//!
//! ```
//! use es_core::prelude::*;
//!
//! #[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
//! # #[serde(crate = "es_core::serde")]
//! #[event(name = "money-deposited")]
//! pub struct Deposited { pub cents: i64 }
//!
//! #[derive(EventSet)]
//! # #[derive(Clone, Debug, PartialEq)]
//! pub enum AccountEvent { Deposited(Deposited) }
//!
//! # let there = std::env::temp_dir().join(format!("golden-{}", std::process::id()));
//! # let crate_directory = there.as_path();
//! // In a test: es_testing::golden!(AccountEvent, [Deposited { cents: 100 }]);
//! // By hand, the first time with a blessing:
//! use es_testing::{Blessing, golden};
//!
//! let samples = [Deposited { cents: 100 }.into()];
//! let written = golden::check::<AccountEvent>(crate_directory, &samples, Blessing::Given)?;
//! assert!(written[0].ends_with("tests/golden/money-deposited/v1.json"));
//! assert!(written[1].ends_with("tests/golden/money-deposited/v1.expected"));
//!
//! // From then on.
//! let written = golden::check::<AccountEvent>(crate_directory, &[], Blessing::Withheld)?;
//! assert!(written.is_empty());
//! # std::fs::remove_dir_all(there)?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # The two files
//!
//! `tests/golden/<event>/v<N>.json` is a payload as it was stored, laid out. It is made from a sample
//! while the version is the one that is written, and never touched again; of a version that is not
//! written any more somebody puts in a payload from the store.
//!
//! `v<N>.expected` holds what it is read as: not as `Debug` prints it, which a renamed struct would
//! change, but as events with name, version and payload.
//!
//! ```text
#![doc = include_str!("../../../tests/schema/golden_payloads/readings.txt")]
//! ```
//!
//! The current version grows, and what an old payload is read as grows with it. So a reading is never
//! rewritten: each release whose versions are new adds one, when that is blessed. The test reads all
//! of them, each in the version of its time, and all must come to what the payload itself is read as
//! now. So a blessing for version 3 cannot hide that the way from version 1 to 2 has changed.

mod check;
mod expected;
mod json;
mod report;

use std::path::Path;

use es_core::EventSet;

#[cfg(feature = "laws")]
pub(crate) use check::are_there;
pub use check::check;
pub use report::{Finding, GoldenError};

use crate::schema::blessing::{self, Blessing};
use crate::schema::lock::with_causes;

/// Checks golden payloads; [`golden!`](crate::golden!) calls it.
#[doc(hidden)]
#[track_caller]
pub fn expect_golden<S: EventSet + PartialEq>(directory: &str, samples: &[S]) {
    match check(Path::new(directory), samples, Blessing::of_this_run()) {
        Ok(written) => {
            for path in written {
                blessing::announce(&format!("written: {}", path.display()));
            }
        }
        Err(error) => panic!("{}", with_causes(&error)),
    }
}

/// Reads the golden payload of every version of the set's events, beside the `Cargo.toml` of the crate
/// that says this: `golden!(AccountEvent, [Opened { … }, Deposited { … }])`; [`golden`](mod@crate::golden)
/// tells how.
///
/// The samples are events of the set. They serve versions that have no payload yet, when `ES_BLESS` is
/// `1`; for all others they may stay or go.
///
/// # Panics
///
/// With a report, if a version has no payload, if one cannot be read, or if one is read as something
/// else than before.
#[macro_export]
macro_rules! golden {
    ($set:ty, [$($sample:expr),* $(,)?]) => {
        $crate::golden::expect_golden::<$set>(
            ::core::env!("CARGO_MANIFEST_DIR"),
            &[$(<$set as ::core::convert::From<_>>::from($sample)),*],
        )
    };
}
