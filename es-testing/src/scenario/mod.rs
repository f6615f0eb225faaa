//! Given-when-then for aggregates, decisions, projections and sagas, and the laws that hold for all of them.

mod aggregate;
pub mod decision;
#[cfg(feature = "laws")]
pub mod laws;
mod lossless;
pub mod projection;
mod report;
pub mod saga;
mod unasserted;

use aggregate::chain;
use lossless::expect_lossless;
#[cfg(feature = "laws")]
use lossless::loss;
use unasserted::Unasserted;

pub use aggregate::{Given, Played, Scenario, Stored, Then, When};
