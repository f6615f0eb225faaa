//! Page that a failed test prints: a headline, labelled blocks of lines, and what to do.

mod colour;
mod layout;
mod line;
mod name;

use std::panic::Location;

pub(crate) use colour::Colour;
pub(crate) use line::Line;
#[cfg(feature = "scenario")]
pub(crate) use line::Sign;
pub(crate) use name::{of_this_test, short_name};

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
