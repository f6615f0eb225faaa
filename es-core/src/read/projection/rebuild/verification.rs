//! Result of the verification of rebuilt rows.

use std::fmt;

use serde_json::Value;

use crate::read::projection::ProjectionKey;

/// The result of the verification of a new version's rows, before they serve.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Verification {
    /// The number of keys that were folded anew and compared.
    pub keys: usize,
    /// The number of drawn keys that could not be compared: one of their events is parked or came
    /// meanwhile, they have too many events, or rows cannot be told apart by key.
    pub left_out: usize,
    /// The tables of the version that serves, with the number of rows in each.
    pub rows_before: Vec<(String, u64)>,
    /// The tables of the new version, with the number of rows in each.
    pub rows: Vec<(String, u64)>,
    /// The differences; empty if the rows are right.
    pub differences: Vec<Difference>,
}

/// A fault of rebuilt rows.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Difference {
    /// The check of [`ReadModel::verify`](super::super::ReadModel::verify) failed.
    Check {
        /// The error and its causes, in one line.
        error: String,
    },
    /// A table that has rows in the version that serves has none in the new one.
    Empty {
        /// The table; `None` if the new version has no rows at all.
        table: Option<String>,
        /// The number of rows that it has in the version that serves.
        before: u64,
    },
    /// The rows of a key are not those that follow from its events.
    Key {
        /// The key.
        key: ProjectionKey,
        /// The rows that follow from its events.
        folded: Value,
        /// The rows that were found.
        found: Value,
    },
}

impl Verification {
    /// True if there are no differences.
    #[must_use]
    pub fn is_right(&self) -> bool {
        self.differences.is_empty()
    }

    /// Returns the differences, at most three, in one line: the reason for which a version is
    /// stopped and does not serve.
    pub(in crate::read::projection) fn reason(&self) -> String {
        const SHOWN: usize = 3;
        let shown: Vec<_> =
            self.differences.iter().take(SHOWN).map(Difference::to_string).collect();
        let reason = format!("the rebuilt rows are wrong: {}", shown.join("; "));
        match self.differences.len() {
            all if all > SHOWN => format!("{reason}; and {} more", all - SHOWN),
            _ => reason,
        }
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Check { error } => write!(f, "the projection's own check fails: {error}"),
            Self::Empty { table: Some(table), before } => {
                write!(
                    f,
                    "table `{table}` is empty, and the version that serves has {before} rows in it"
                )
            }
            Self::Empty { table: None, before } => {
                write!(f, "there are no rows, and the version that serves has {before}")
            }
            Self::Key { key, folded, found } => {
                let (folded, found) = (shortened(folded), shortened(found));
                write!(f, "of key `{key}` there is {found}, and {folded} follows from its events")
            }
        }
    }
}

/// A value as JSON; of a long one the beginning.
fn shortened(value: &Value) -> String {
    const LONGEST: usize = 300;
    let text = value.to_string();
    if text.chars().count() <= LONGEST {
        return text;
    }
    text.chars().take(LONGEST).chain(['…']).collect()
}
