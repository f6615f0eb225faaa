//! The layout of a report.

use std::fmt::{self, Write};

use super::Page;
use super::colour::Colour;
use super::line::{Line, Sign};

/// The column up to which the texts before remarks are padded, so that the remarks are aligned.
const REMARKS_FROM: usize = 44;

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
