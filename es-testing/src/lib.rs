//! Given-when-then for aggregates.

pub mod prelude;
mod report;
mod scenario;

pub use scenario::{Given, Played, Scenario, Stored, Then, When};
