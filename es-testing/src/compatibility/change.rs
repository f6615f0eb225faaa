//! What a comparison of stored forms found.

use super::rule::Rule;

/// What changed between two stored forms.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Compatibility {
    pub(super) changes: Vec<Change>,
}

/// One place that changed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Change {
    /// Where: `money.cents`, `lines[].price`, `payment::Card.number`; empty for the event itself.
    pub place: String,
    /// What was there, if something was.
    pub old: Option<String>,
    /// What is there, if something is.
    pub new: Option<String>,
    /// What the change does.
    pub rule: Rule,
}

impl Compatibility {
    /// Every change, in the order of the places; empty if the same is stored.
    #[must_use]
    pub fn changes(&self) -> &[Change] {
        &self.changes
    }

    /// Whether new code reads all old data, and nothing of it is lost.
    #[must_use]
    pub fn new_reads_old(&self) -> bool {
        self.changes.iter().all(|change| change.rule.new_reads_old())
    }

    /// Whether the code before reads what new code stores.
    #[must_use]
    pub fn old_reads_new(&self) -> bool {
        self.changes.iter().all(|change| change.rule.old_reads_new())
    }
}
