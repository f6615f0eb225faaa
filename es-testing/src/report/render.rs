//! The layout of a report.

use std::fmt::{self, Write};

use super::colour::Colour;
use super::lines::{Line, Sign};
use super::{Description, Outcome};

/// As far as the texts before remarks are padded, so that the remarks stand in a column.
const REMARKS_FROM: usize = 44;

/// More given events than this are shortened to the first and the last.
const GIVEN: usize = 8;
const FIRST: usize = 2;
const LAST: usize = 5;

/// The report as text. Nothing but the arguments matters to it.
pub(crate) fn render(outcome: &Outcome, colour: Colour) -> String {
    let mut text = String::new();
    write_report(&mut text, outcome, colour).expect("a String takes every text");
    text
}

fn write_report(text: &mut String, outcome: &Outcome, colour: Colour) -> fmt::Result {
    let name = outcome.name.as_deref().unwrap_or("this scenario");
    writeln!(text, "{name}: {}      {}", outcome.headline, outcome.at)?;
    block(text, "given", &given(&outcome.given), colour)?;
    block(text, "state", &[Line::context(&outcome.state)], colour)?;
    block(text, "when", &when(&outcome.when), colour)?;
    block(text, "then", &outcome.then, colour)?;
    write!(text, "  accept with: {}", outcome.accept)
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

fn when(commands: &[(Description, Option<String>)]) -> Vec<Line> {
    let line = |(command, remark): &(Description, Option<String>)| match remark {
        Some(remark) => Line::context(command).remark(remark),
        None => Line::context(command),
    };
    commands.iter().map(line).collect()
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
    use es_core::Shape;

    use super::*;

    fn outcome() -> Outcome {
        let closed = Description::new("Closed", Shape::Unit);
        Outcome {
            name: None,
            headline: "1 missing".to_owned(),
            at: "here.rs:1".to_owned(),
            given: Vec::new(),
            state: Description::new("Account", Shape::Unit),
            when: vec![(Description::new("Close", Shape::Unit), None)],
            then: vec![Line::missing(closed.to_string())],
            accept: ".then_nothing()".to_owned(),
        }
    }

    #[test]
    fn a_scenario_without_a_name_is_this_scenario() {
        let text = render(&outcome(), Colour::Never);

        assert!(text.starts_with("this scenario: 1 missing      here.rs:1\n"));
    }

    #[test]
    fn colour_is_around_what_is_compared_and_adds_nothing_else() {
        let coloured = render(&outcome(), Colour::Always);

        let painted = "\x1b[31m- Closed";
        assert!(coloured.contains(painted), "{coloured:?}");
        let plain = coloured.replace("\x1b[31m", "").replace("\x1b[0m", "");
        assert_eq!(plain, render(&outcome(), Colour::Never));
    }
}
