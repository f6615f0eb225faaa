//! Rows of a version and of its slots: what the rules know of a store.

use crate::event::name::EventName;
use crate::read::projection::{ProjectionId, ProjectionName, Registration, Slot, VersionState};
use crate::store::checkpoint::Incarnation;
use crate::store::error::{StoreError, StoreErrorKind};
use crate::stream::Position;

/// A version of a projection, as a store keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a column, a fact of its own")]
#[non_exhaustive]
pub struct VersionRow {
    /// The projection and its version.
    pub id: ProjectionId,
    /// The place of the version: building, serving or retired. One that is stopped keeps its place.
    pub place: VersionState,
    /// True if it is stopped.
    pub is_stopped: bool,
    /// True if its rows are those that are read. One version of each name is. It is retired already while
    /// the one that takes its place comes as far.
    pub is_read: bool,
    /// True if its tables are there.
    pub is_prepared: bool,
    /// True if it is a part of every append: no node runs it, and it is never stopped.
    pub is_inline: bool,
    /// The key that orders its events.
    pub keyed_by: String,
    /// The stored names of the events that it is owed; empty for all.
    pub types: Vec<EventName>,
    /// True if it has side effects.
    pub has_effects: bool,
    /// The log that it follows.
    pub incarnation: Incarnation,
    /// True if it has parked events.
    pub has_parked: bool,
    /// Objects that are no part of the version, depend on its rows, and would not come along with a
    /// version that takes its place. Empty if that cannot be.
    pub dependents: Vec<String>,
    /// The 64 slots, rising.
    pub slots: Vec<SlotRow>,
}

/// A slot of a version, as a store keeps it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SlotRow {
    /// The slot.
    pub slot: Slot,
    /// The position up to which everything is done, or parked.
    pub checkpoint: Position,
    /// The position up to which effects were had.
    pub effects_after: Position,
}

impl VersionRow {
    /// The row of a version that was just registered, with all slots at its start.
    #[must_use]
    pub fn new(registration: &Registration, place: VersionState, is_read: bool) -> Self {
        let slot = |slot| SlotRow::new(slot, registration.start, registration.effects_after);
        Self {
            id: registration.id.clone(),
            place,
            is_stopped: false,
            is_read,
            is_prepared: false,
            is_inline: false,
            keyed_by: registration.keyed_by.clone(),
            types: registration.types.clone(),
            has_effects: registration.has_effects,
            incarnation: registration.incarnation,
            has_parked: false,
            dependents: Vec::new(),
            slots: Slot::all().map(slot).collect(),
        }
    }

    /// The state of the version: its place, unless it is stopped.
    #[must_use]
    pub fn state(&self) -> VersionState {
        self.state_in(self.place)
    }

    /// The state that it has in another place.
    pub(super) fn state_in(&self, place: VersionState) -> VersionState {
        if self.is_stopped { VersionState::Stopped } else { place }
    }

    /// True if this version lacks nothing that the rows of `other` show. Slots of another key hold
    /// other events, so each has to come as far as any of them. Those of another log cannot be compared,
    /// and are not held against it.
    pub(super) fn has_come_as_far_as(&self, other: &Self) -> bool {
        if self.incarnation != other.incarnation {
            return true;
        }
        let least = self.slots.iter().map(|slot| slot.checkpoint).min();
        let greatest = other.slots.iter().map(|slot| slot.checkpoint).max();
        if self.keyed_by != other.keyed_by {
            return least >= greatest;
        }
        let mut pairs = self.slots.iter().zip(&other.slots);
        pairs.all(|(this, that)| this.checkpoint >= that.checkpoint)
    }
}

impl SlotRow {
    /// A slot at its place.
    #[must_use]
    pub fn new(slot: Slot, checkpoint: Position, effects_after: Position) -> Self {
        Self { slot, checkpoint, effects_after }
    }
}

/// The version `id` among the rows.
pub(super) fn find<'a>(
    rows: &'a [VersionRow],
    id: &ProjectionId,
) -> Result<&'a VersionRow, StoreError> {
    rows.iter().find(|row| row.id == *id).ok_or_else(|| unknown(id))
}

/// The version of the name of `id` whose rows are read.
pub(super) fn read<'a>(rows: &'a [VersionRow], id: &ProjectionId) -> Option<&'a VersionRow> {
    rows.iter().find(|row| row.id.name == id.name && row.is_read)
}

/// The error of a store for a version that was never registered, or was dropped. Proven by
/// `versions::a_version_that_nobody_has_run_is_an_error`.
#[must_use]
pub fn unknown(id: &ProjectionId) -> StoreError {
    unsupported(format!("no version `{id}` is known: check its name and number, or run it once"))
}

/// The error for a name under which no process has run a projection.
pub(crate) fn never_run(name: &ProjectionName) -> StoreError {
    unsupported(format!("no projection `{name}` is known: check the name, or run it once"))
}

/// The error for a request that the rules refuse.
pub(crate) fn unsupported(why: String) -> StoreError {
    StoreError::new(StoreErrorKind::Unsupported, why)
}

#[cfg(test)]
pub(super) mod tests {
    use uuid::Uuid;

    use super::*;

    pub(in super::super) fn id(version: u32) -> ProjectionId {
        ProjectionId::new(ProjectionName::new("sales").unwrap(), version)
    }

    pub(in super::super) fn registration(version: u32) -> Registration {
        Registration::new(id(version), Incarnation::from(Uuid::from_u128(5)))
    }

    /// A version with its tables, whose slots have all come to `position`.
    pub(in super::super) fn row(version: u32, place: VersionState, position: u64) -> VersionRow {
        let mut row = VersionRow::new(&registration(version), place, false);
        row.is_prepared = true;
        row.at(position);
        row
    }

    /// The version that is read.
    pub(in super::super) fn read(version: u32, place: VersionState, position: u64) -> VersionRow {
        VersionRow { is_read: true, ..row(version, place, position) }
    }

    impl VersionRow {
        fn at(&mut self, position: u64) {
            for slot in &mut self.slots {
                slot.checkpoint = Position(position);
            }
        }
    }

    #[test]
    fn a_version_has_come_as_far_once_each_slot_has() {
        let (mut new, old) = (row(2, VersionState::Building, 7), read(1, VersionState::Serving, 7));
        assert!(new.has_come_as_far_as(&old));

        new.slots[20].checkpoint = Position(6);
        assert!(!new.has_come_as_far_as(&old), "one slot is behind");
    }

    #[test]
    fn slots_of_another_key_come_as_far_as_any_of_the_other_version() {
        let (mut new, mut old) =
            (row(2, VersionState::Building, 7), read(1, VersionState::Serving, 7));
        old.slots[20].checkpoint = Position(9);
        new.slots[20].checkpoint = Position(9);
        assert!(new.has_come_as_far_as(&old), "slot by slot");

        new.keyed_by = "customer".into();
        assert!(!new.has_come_as_far_as(&old), "its other slots may hold what is at 9 there");
        new.at(9);
        assert!(new.has_come_as_far_as(&old));
    }

    #[test]
    fn a_version_of_another_log_is_not_held_back() {
        let (mut new, old) = (row(2, VersionState::Building, 0), read(1, VersionState::Serving, 7));
        new.incarnation = Incarnation::from(Uuid::from_u128(6));

        assert!(new.has_come_as_far_as(&old));
    }
}
