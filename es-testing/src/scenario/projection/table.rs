//! The rows of a query beside those that were expected.

use serde_json::{Map, Value};

use crate::page::{Line, Sign};
use crate::scenario::report::{Pair, align_by};

/// The comparison: a line a row, and half a sentence.
#[derive(Debug)]
pub(super) struct Table {
    pub(super) lines: Vec<Line>,
    pub(super) headline: String,
}

/// A value of a column that two rows have in common counts so much; an equal row more than all of them.
const COLUMN: u32 = 1;
const ROW: u32 = 10_000;

impl Table {
    /// Side by side in order, with as much in common as possible.
    pub(super) fn compare(actual: &[Value], expected: &[Value]) -> Self {
        let lines: Vec<_> = align_by(actual, expected, score).iter().map(line).collect();
        let count = |sign, word| {
            let count = lines.iter().filter(|line| line.sign == sign).count();
            (count > 0).then(|| format!("{count} {word}"))
        };
        let counts = [
            count(Sign::Unexpected, "unexpected"),
            count(Sign::Different, "different"),
            count(Sign::Missing, "missing"),
        ];
        let counts = counts.into_iter().flatten().collect::<Vec<_>>().join(", ");
        let is_reordered = actual.len() == expected.len()
            && actual.iter().all(|row| of(row, actual) == of(row, expected));
        let headline = if is_reordered {
            "the expected rows in another order".to_owned()
        } else {
            format!("rows: {counts}")
        };
        Self { lines, headline }
    }

    pub(super) fn is_as_expected(&self) -> bool {
        self.lines.iter().all(|line| line.sign == Sign::Same)
    }
}

/// The number of times that the row is among `rows`.
fn of(row: &Value, rows: &[Value]) -> usize {
    rows.iter().filter(|other| *other == row).count()
}

fn score(actual: &Value, expected: &Value) -> u32 {
    if actual == expected {
        return ROW;
    }
    let (Value::Object(actual), Value::Object(expected)) = (actual, expected) else { return 0 };
    let common = actual.iter().filter(|(column, value)| expected.get(*column) == Some(value));
    common.count().try_into().map_or(ROW - 1, |common: u32| (common * COLUMN).min(ROW - 1))
}

fn line(pair: &Pair<'_, Value>) -> Line {
    match pair {
        Pair::Same(row) => Line { is_context: false, ..Line::text(row.to_string()) },
        Pair::Unexpected(row) => Line::left_over(row.to_string()).remark("there, not expected"),
        Pair::Missing(row) => Line::lost(row.to_string()).remark("expected, not there"),
        Pair::Different { actual, expected } => {
            let mut line = Line::changed(actual.to_string());
            if let (Value::Object(actual), Value::Object(expected)) = (actual, expected) {
                line.details = columns(actual, expected);
            }
            line
        }
    }
}

/// The columns in which two rows differ.
fn columns(actual: &Map<String, Value>, expected: &Map<String, Value>) -> Vec<String> {
    let there = actual.iter().filter_map(|(column, value)| match expected.get(column) {
        Some(wanted) if wanted == value => None,
        Some(wanted) => Some(format!("{column}: {value}, expected {wanted}")),
        None => Some(format!("{column}: {value}, and no such column was expected")),
    });
    let missing = expected.iter().filter(|(column, _)| !actual.contains_key(*column));
    there
        .chain(missing.map(|(column, value)| format!("{column}: not there, expected {value}")))
        .collect()
}
