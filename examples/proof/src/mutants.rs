//! The score of lines that were broken one at a time. `MUTANTS.md` names each of them with its test.

use crate::report::{Cell, Table};

const MUTANTS: &str = include_str!("../MUTANTS.md");

/// The scores as they stand below the lines of each part.
pub fn table() -> Table {
    let mut table = Table::new(
        "Lines broken one at a time",
        "Not measured in this run: `MUTANTS.md` has each line and the test that fails without it.",
        &["part", "score"],
    );
    let mut part = "";
    for line in MUTANTS.lines() {
        if let Some(title) = line.strip_prefix("## ") {
            part = title;
        }
        if let Some((_, score)) =
            line.split_once(": ").filter(|(word, _)| word.starts_with("Score"))
        {
            table.row(vec![Cell::text(part), Cell::text(score)]);
        }
    }
    table
}
