//! Given-when-then for one aggregate.

mod given;
mod read_back;
mod refusal;
mod story;
mod then;
mod through;
mod verdict;
mod when;

pub(super) use refusal::chain;

pub use given::{Given, Scenario};
pub use then::Then;
pub use when::{Played, Stored, When};
