//! Outcome of a scenario that failed, and its page.

use std::panic::Location;

use es_core::Description;

use crate::page::{Line, Page};

/// More given events than this are shortened to the first and the last.
const GIVEN: usize = 8;
const FIRST: usize = 2;
const LAST: usize = 5;

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

impl Outcome {
    /// The outcome of a scenario, laid out.
    pub(crate) fn into_page(self) -> Page {
        Page {
            name: self.name,
            headline: self.headline,
            at: self.at,
            blocks: vec![
                ("given", given(&self.given)),
                ("state", self.state),
                ("when", self.when),
                ("then", self.then),
            ],
            end: format!("accept with: {}", self.accept),
        }
    }
}

fn given(events: &[Description]) -> Vec<Line> {
    let lines = |events: &[Description]| events.iter().map(Line::context).collect::<Vec<_>>();
    if events.is_empty() {
        return vec![Line::text("nothing")];
    }
    if events.len() <= GIVEN {
        return lines(events);
    }
    let (first, rest) = events.split_at(FIRST);
    let (left_out, last) = rest.split_at(rest.len() - LAST);
    let mut shortened = lines(first);
    shortened.push(Line::text(format!("… {} more", left_out.len())));
    shortened.extend(lines(last));
    shortened
}

#[cfg(test)]
mod tests {
    use std::panic::Location;

    use es_core::FieldStyle;

    use super::*;
    use crate::page::Colour;

    fn page() -> Page {
        let closed = Description::new("Closed", FieldStyle::Unit);
        Outcome {
            name: None,
            headline: "1 missing".to_owned(),
            at: Location::caller(),
            given: Vec::new(),
            state: vec![Line::text("Account")],
            when: vec![Line::text("Close")],
            then: vec![Line::missing(closed.to_string())],
            accept: ".then_nothing()".to_owned(),
        }
        .into_page()
    }

    #[test]
    fn a_scenario_without_a_name_is_this_scenario() {
        let text = page().render(Colour::Never);

        assert!(text.starts_with(
            "this scenario: 1 missing      es-testing/src/scenario/report/outcome.rs:"
        ));
    }

    #[test]
    fn colour_is_around_what_is_compared_and_adds_nothing_else() {
        let coloured = page().render(Colour::Always);

        let painted = "\x1b[31m- Closed";
        assert!(coloured.contains(painted), "{coloured:?}");
        let plain = coloured.replace("\x1b[31m", "").replace("\x1b[0m", "");
        assert_eq!(plain, page().render(Colour::Never));
    }
}
