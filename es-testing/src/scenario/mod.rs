//! Given these events, when this command comes, then that follows.

mod given;
mod lossless;
mod name;
mod read_back;
mod refusal;
mod story;
mod then;
mod through;
mod unasserted;
mod verdict;
mod when;

pub(crate) use lossless::{expect_lossless, loss};
pub(crate) use name::of_this_test;
pub(crate) use refusal::chain;
pub(crate) use unasserted::Unasserted;

pub use given::{Given, Scenario};
pub use then::Then;
pub use when::{Played, Stored, When};
