//! Report of a scenario that failed: its story, and the difference from what was expected.
//!
//! What is compared are values, with `PartialEq`; what is printed are their descriptions.

mod accept;
mod align;
mod events;
mod fields;
mod near;
mod outcome;

pub(crate) use accept::{error_code, events_code};
pub(crate) use align::{Pair, align_by};
pub(crate) use events::Events;
pub(crate) use near::near;
pub(crate) use outcome::Outcome;
