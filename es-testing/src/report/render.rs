//! The layout of a report.

use std::fmt::{self, Write};

use super::colour::Colour;
use super::lines::{Line, Sign};
use super::{Description, Outcome, Page};

/// The column up to which the texts before remarks are padded, so that the remarks are aligned.
const REMARKS_FROM: usize = 44;

/// More given events than this are shortened to the first and the last.
const GIVEN: usize = 8;
const FIRST: usize = 2;
const LAST: usize = 5;

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

impl Page {
    /// The report as text. Nothing but the page and the colour matters to it.
    pub(crate) fn render(&self, colour: Colour) -> String {
        let mut text = String::new();
        self.write(&mut text, colour).expect("a String takes every text");
        text
    }

    fn write(&self, text: &mut String, colour: Colour) -> fmt::Result {
        let name = self.name.as_deref().unwrap_or("this scenario");
        let (file, line) = (self.at.file(), self.at.line());
        writeln!(text, "{name}: {}      {file}:{line}", self.headline)?;
        for (label, lines) in &self.blocks {
            block(text, label, lines, colour)?;
        }
        write!(text, "  {}", self.end)
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

/// Lines under one another, the label before the first.
fn block(text: &mut String, label: &str, lines: &[Line], colour: Colour) -> fmt::Result {
    for (nth, line) in lines.iter().enumerate() {
        let label = if nth == 0 { label } else { "" };
        write!(text, "  {label:<7}")?;
        let sign = line.sign.mark();
        let what = match &line.remark {
            Some(remark) => format!("{sign} {:<REMARKS_FROM$}  {remark}", line.text),
            None => format!("{sign} {}", line.text),
        };
        writeln!(text, "{}", paint(colour, line, &what))?;
        for detail in &line.details {
            writeln!(text, "             {}", paint(colour, line, detail))?;
        }
    }
    Ok(())
}

fn paint(colour: Colour, line: &Line, text: &str) -> String {
    match line.sign {
        Sign::Same if line.is_context => text.to_owned(),
        sign => colour.paint(sign, text),
    }
}

#[cfg(test)]
mod tests {
    use std::panic::Location;

    use es_core::FieldStyle;

    use super::*;

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

        assert!(text.starts_with("this scenario: 1 missing      es-testing/src/report/render.rs:"));
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
