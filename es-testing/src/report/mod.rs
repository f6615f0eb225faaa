//! The report of a scenario that failed: its story, and where it left what was expected.
//!
//! What is compared are values, with `PartialEq`; what is printed are their descriptions.

mod accept;
mod align;
mod colour;
mod fields;
mod lines;
mod near;
mod render;

pub(crate) use accept::{error_code, events_code, short_name};
pub(crate) use align::{Pair, align_by};
pub(crate) use colour::Colour;
pub(crate) use lines::{Events, Line, Sign};
pub(crate) use near::near;

use std::panic::Location;

use es_core::Description;

/// All that a report says, laid out: a headline, labelled blocks of lines, and what to do.
#[derive(Debug)]
pub(crate) struct Page {
    /// The scenario, if it has a name.
    pub(crate) name: Option<String>,
    /// The reason of the failure, in half a sentence.
    pub(crate) headline: String,
    pub(crate) at: &'static Location<'static>,
    pub(crate) blocks: Vec<(&'static str, Vec<Line>)>,
    pub(crate) end: String,
}

/// A scenario whose assertion does not hold, as data.
#[derive(Debug)]
pub(crate) struct Outcome {
    /// The scenario, if it has a name.
    pub(crate) name: Option<String>,
    /// The reason of the failure, in half a sentence.
    pub(crate) headline: String,
    /// The assertion.
    pub(crate) at: &'static Location<'static>,
    pub(crate) given: Vec<Description>,
    /// The state that the first command met.
    pub(crate) state: Vec<Line>,
    /// The commands, each with what is to be said of it.
    pub(crate) when: Vec<Line>,
    pub(crate) then: Vec<Line>,
    /// The assertion that would hold, as code: a suggestion, which may not compile as it is.
    pub(crate) accept: String,
}
