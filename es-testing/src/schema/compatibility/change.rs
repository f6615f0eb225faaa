//! The result of a comparison of stored forms.

use super::rule::Rule;

/// The changes between two stored forms.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Compatibility {
    pub(super) changes: Vec<Change>,
}

/// A change at one place.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Change {
    /// The place: `money.cents`, `lines[].price`, `payment::Card.number`; empty for the event
    /// itself.
    pub place: String,
    /// The old form, if there was one.
    pub old: Option<String>,
    /// The new form, if there is one.
    pub new: Option<String>,
    /// The effect of the change.
    pub rule: Rule,
}

impl Compatibility {
    /// Every change, in the order of the places; empty if the same is stored.
    #[must_use]
    pub fn changes(&self) -> &[Change] {
        &self.changes
    }

    /// True if new code reads all old data without loss.
    #[must_use]
    pub fn new_reads_old(&self) -> bool {
        self.changes.iter().all(|change| change.rule.new_reads_old())
    }

    /// True if old code reads what new code stores.
    #[must_use]
    pub fn old_reads_new(&self) -> bool {
        self.changes.iter().all(|change| change.rule.old_reads_new())
    }
}
