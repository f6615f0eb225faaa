//! What holds for every aggregate, tried with events and commands that are drawn at random.

mod asked;
mod caught;
mod decide;
mod drawn;
mod fold;
pub(crate) mod payload;
mod replay;
mod source;
mod suite;
mod trial;

pub use source::{ByStrategy, Source};
pub use suite::Laws;
