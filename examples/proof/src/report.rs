//! Report of the figures and the proofs: tables for people, the same as JSON for programs.

use std::fmt::{self, Display};

use serde::Serialize;

/// The whole run.
#[derive(Default, Serialize)]
pub struct Report {
    tables: Vec<Table>,
}

/// One question, answered row by row.
#[derive(Serialize)]
pub struct Table {
    title: String,
    about: String,
    columns: Vec<&'static str>,
    rows: Vec<Vec<Cell>>,
    /// The number of violations of its guarantees.
    violations: u64,
}

/// A text, or a number with the way it is printed.
#[derive(Serialize)]
#[serde(untagged)]
pub enum Cell {
    Text(String),
    Number(Number),
    Nothing,
}

/// A number with the way it is printed.
#[derive(Serialize)]
#[serde(transparent)]
pub struct Number {
    value: f64,
    #[serde(skip)]
    decimals: usize,
}

impl Report {
    /// Prints the table at once, so that a long run can be followed, and keeps it.
    pub fn add(&mut self, table: Table) {
        println!("{table}");
        self.tables.push(table);
    }

    /// The number of violations of guarantees in all tables.
    pub fn violations(&self) -> u64 {
        self.tables.iter().map(|table| table.violations).sum()
    }
}

impl Table {
    pub fn new(
        title: impl Into<String>,
        about: impl Into<String>,
        columns: &[&'static str],
    ) -> Self {
        let columns = columns.to_vec();
        Self { title: title.into(), about: about.into(), columns, rows: Vec::new(), violations: 0 }
    }

    /// The table of guarantees: what is counted must be 0 in the column `es`.
    pub fn of_guarantees(title: impl Into<String>, about: impl Into<String>) -> Self {
        Self::new(title, about, &["counted", "es", "of", "baseline", "the baseline is"])
    }

    pub fn row(&mut self, cells: Vec<Cell>) {
        self.rows.push(cells);
    }

    /// A guarantee: `broken` times out of `of`, which fails the run unless it is 0.
    pub fn guarantee(&mut self, counted: &str, broken: u64, of: impl Display) {
        self.violations += broken;
        self.row(vec![
            Cell::text(counted),
            Cell::count(broken),
            Cell::text(of),
            Cell::Nothing,
            Cell::Nothing,
        ]);
    }

    /// The same, beside what breaks it in the same run.
    pub fn guarantee_beside(
        &mut self,
        counted: &str,
        (broken, of): (u64, impl Display),
        (baseline, what): (impl Display, &str),
    ) {
        self.violations += broken;
        self.row(vec![
            Cell::text(counted),
            Cell::count(broken),
            Cell::text(of),
            Cell::text(baseline),
            Cell::text(what),
        ]);
    }
}

impl Cell {
    pub fn text(text: impl Display) -> Self {
        Self::Text(text.to_string())
    }

    #[expect(clippy::cast_precision_loss, reason = "no count here reaches 2^53")]
    pub fn count(count: u64) -> Self {
        Self::number(count as f64, 0)
    }

    pub fn number(value: f64, decimals: usize) -> Self {
        Self::Number(Number { value, decimals })
    }

    /// Microseconds, if they could be measured.
    pub fn micros(value: Option<f64>) -> Self {
        value.map_or(Self::Nothing, |value| Self::number(value, 0))
    }

    /// `value` as so many times `of`.
    pub fn ratio(value: f64, of: f64) -> Self {
        Self::number(value / of, 2)
    }
}

/// Thousands are set apart.
impl Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = format!("{:.*}", self.decimals, self.value);
        let (whole, fraction) = text.split_at(text.find('.').unwrap_or(text.len()));
        let (sign, digits) = whole.split_at(usize::from(whole.starts_with('-')));
        f.write_str(sign)?;
        for (nth, digit) in digits.char_indices() {
            if nth > 0 && (digits.len() - nth).is_multiple_of(3) {
                f.write_str(",")?;
            }
            write!(f, "{digit}")?;
        }
        f.write_str(fraction)
    }
}

impl Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::Number(number) => number.fmt(f),
            Self::Nothing => Ok(()),
        }
    }
}

/// Markdown; numbers stand to the right.
impl Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "## {}\n\n{}\n", self.title, self.about)?;
        writeln!(f, "| {} |", self.columns.join(" | "))?;
        let right = |nth: usize| {
            let mut cells = self.rows.iter().filter_map(|row| row.get(nth)).peekable();
            cells.peek().is_some() && cells.all(|cell| !matches!(cell, Cell::Text(_)))
        };
        let rules = (0..self.columns.len()).map(|nth| if right(nth) { "--:" } else { "---" });
        writeln!(f, "| {} |", rules.collect::<Vec<_>>().join(" | "))?;
        for row in &self.rows {
            let cells = row.iter().map(ToString::to_string).collect::<Vec<_>>();
            writeln!(f, "| {} |", cells.join(" | "))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_set_apart() {
        let shown = |value, decimals| Cell::number(value, decimals).to_string();

        assert_eq!(shown(1_234_567.0, 0), "1,234,567");
        assert_eq!(shown(-123.456, 2), "-123.46");
        assert_eq!(shown(999.0, 0), "999");
    }

    #[test]
    fn a_broken_guarantee_is_counted() {
        let mut table = Table::of_guarantees("Order", "");
        table.guarantee("lost", 2, "10");
        let mut report = Report::default();

        report.add(table);

        assert_eq!(report.violations(), 2);
    }
}
