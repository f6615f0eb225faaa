//! Rebuild of rows: beside those that are read, or in their place.

mod checks;
mod error;
mod fold;
mod in_place;
mod progress;
mod sample;
mod verification;
mod verify;

pub use error::RebuildError;
pub(super) use in_place::rebuild_in_place;
pub use progress::{RebuildProgress, Rebuilt};
pub use verification::{Difference, Verification};
pub(crate) use verify::Verified;
pub(super) use verify::{verify, verify_external};
