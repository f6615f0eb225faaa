//! Slots that one run of a projection holds, as other tasks of its process see them.

use super::Slot;

/// The slots that one run of a projection holds.
///
/// A process may run one projection several times, so they are those of a run and not of a name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Held {
    pub(crate) slots: Vec<Slot>,
    /// The number of times that some were lost. A slot that went and came back is not the same as one that stayed:
    /// another process may have held it meanwhile.
    pub(crate) losses: u64,
}

impl Held {
    /// True if the slot is one of them.
    pub(crate) fn has(&self, slot: Slot) -> bool {
        self.slots.contains(&slot)
    }
}
