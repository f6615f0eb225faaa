//! Given-when-then for aggregates, and the contract of event stores.

pub mod contract;
pub mod prelude;
mod report;
mod scenario;

pub use scenario::{Given, Played, Scenario, Stored, Then, When};
