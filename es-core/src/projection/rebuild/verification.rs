//! What was found when rebuilt rows were looked at.

use std::fmt;

use serde_json::Value;

use crate::projection::ProjectionKey;

/// What was found when the rows of a new version were looked at, before they serve.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Verification {
    /// How many keys were folded anew and compared.
    pub keys: usize,
    /// How many of the keys that were drawn could not be compared: an event of theirs is parked or came
    /// meanwhile, they have too many events, or rows cannot be told apart by key.
    pub left_out: usize,
    /// The tables of the version that serves, with the number of rows in each.
    pub rows_before: Vec<(String, u64)>,
    /// Those of the new version.
    pub rows: Vec<(String, u64)>,
    /// What is wrong; nothing if the rows are right.
    pub differences: Vec<Difference>,
}

/// Something that is wrong with rebuilt rows.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Difference {
    /// [`ReadModel::verify`](super::super::ReadModel::verify) says so.
    Check {
        /// The error and its causes, in one line.
        error: String,
    },
    /// A table that has rows in the version that serves has none in the new one.
    Empty {
        /// Which table; none if the new version has no rows at all.
        table: Option<String>,
        /// How many rows it has in the version that serves.
        before: u64,
    },
    /// The rows of a key are not those that follow from its events.
    Key {
        /// Which key.
        key: ProjectionKey,
        /// What follows from its events.
        folded: Value,
        /// What was found.
        found: Value,
    },
}

impl Verification {
    /// Whether nothing is wrong.
    #[must_use]
    pub fn is_right(&self) -> bool {
        self.differences.is_empty()
    }

    /// What is wrong, in one line: why a version stops that is not let in. At most three differences.
    pub(in crate::projection) fn reason(&self) -> String {
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
