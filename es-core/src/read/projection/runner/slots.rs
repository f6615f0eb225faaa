//! The slots of a node, and how far each has come.

use std::time::Duration;

use tokio::time::Instant;

use crate::read::projection::{Claim, Epoch, Slot, SlotProgress};
use crate::stream::Position;

const COUNT: usize = Slot::COUNT as usize;

/// The slots that a node believes to hold. A commit finds out if it does not.
///
/// If a page with few events has none of a slot, the slot advances without a note in the store. The
/// part that is not noted is read once more after a crash, and there is nothing in it.
#[derive(Clone, Debug)]
pub(super) struct Slots {
    held: [Option<Claim>; COUNT],
    /// The time since which the store lacks that a slot has advanced, if it does.
    unnoted_since: Option<Instant>,
}

/// The longest time for which the store may lack that a slot has advanced.
const UNNOTED: Duration = Duration::from_millis(100);

/// The position up to which each slot may advance: while a version with effects is built, not
/// beyond the one that serves.
#[derive(Clone, Debug)]
pub(super) struct Caps([Position; COUNT]);

impl Slots {
    pub(super) fn none() -> Self {
        Self { held: [None; COUNT], unnoted_since: None }
    }

    pub(super) fn get(&self, slot: Slot) -> Option<&Claim> {
        self.held[at(slot)].as_ref()
    }

    pub(super) fn take(&mut self, claim: Claim) {
        self.held[at(claim.slot)] = Some(claim);
    }

    pub(super) fn drop(&mut self, slot: Slot) {
        self.held[at(slot)] = None;
    }

    pub(super) fn held(&self) -> impl Iterator<Item = &Claim> {
        self.held.iter().flatten()
    }

    pub(super) fn len(&self) -> usize {
        self.held().count()
    }

    pub(super) fn numbers(&self) -> Vec<Slot> {
        self.held().map(|claim| claim.slot).collect()
    }

    /// Returns the slots that the store no longer knows as the node's.
    pub(super) fn lost(&self, held: &[(Slot, Epoch)]) -> Vec<Slot> {
        let is_held = |claim: &&Claim| held.contains(&(claim.slot, claim.epoch));
        self.held().filter(|claim| !is_held(claim)).map(|claim| claim.slot).collect()
    }

    /// Returns the position to read on from: nothing up to it is of interest. `None` if no slot may
    /// advance.
    pub(super) fn from(&self, caps: &Caps) -> Option<Position> {
        let may_come_on = self.held().filter(|claim| claim.checkpoint < caps.of(claim.slot));
        may_come_on.map(|claim| claim.checkpoint).min()
    }

    /// The slots that come on when everything up to `through` is done.
    pub(super) fn moved(&self, through: Position, caps: &Caps) -> Vec<SlotProgress> {
        let reached = |claim: &Claim| {
            let reached = through.min(caps.of(claim.slot));
            (reached > claim.checkpoint)
                .then(|| SlotProgress::new(claim.slot, claim.epoch, reached))
        };
        self.held().filter_map(reached).collect()
    }

    /// Returns all slots as the store is to know them when everything up to `through` is done.
    pub(super) fn all(&self, through: Position, caps: &Caps) -> Vec<SlotProgress> {
        let reached = |claim: &Claim| through.min(caps.of(claim.slot)).max(claim.checkpoint);
        let all =
            self.held().map(|claim| SlotProgress::new(claim.slot, claim.epoch, reached(claim)));
        all.collect()
    }

    /// True if the store lacks that a slot has advanced.
    pub(super) fn are_unnoted(&self) -> bool {
        self.unnoted_since.is_some()
    }

    /// True if the store has lacked that for long enough.
    pub(super) fn are_to_be_noted(&self) -> bool {
        self.unnoted_since.is_some_and(|since| since.elapsed() >= UNNOTED)
    }

    /// Records progress that the store does not know.
    pub(super) fn pass(&mut self, passed: &[SlotProgress]) {
        if !passed.is_empty() {
            self.unnoted_since.get_or_insert_with(Instant::now);
            self.come_to(passed);
        }
    }

    /// Records progress that the store knows.
    pub(super) fn advance(&mut self, progress: &[SlotProgress]) {
        if progress.len() == self.len() {
            self.unnoted_since = None;
        }
        self.come_to(progress);
    }

    fn come_to(&mut self, progress: &[SlotProgress]) {
        for moved in progress {
            if let Some(claim) = &mut self.held[at(moved.slot)] {
                claim.checkpoint = moved.checkpoint;
            }
        }
    }
}

impl Caps {
    pub(super) fn none() -> Self {
        Self([Position::MAX; COUNT])
    }

    pub(super) fn new(limits: &[(Slot, Position)]) -> Self {
        let mut caps = Self::none();
        for (slot, limit) in limits {
            caps.0[at(*slot)] = *limit;
        }
        caps
    }

    pub(super) fn of(&self, slot: Slot) -> Position {
        self.0[at(slot)]
    }

    /// The slot may come no further than `limit`.
    pub(super) fn lower(&mut self, slot: Slot, limit: Position) {
        let cap = &mut self.0[at(slot)];
        *cap = limit.min(*cap);
    }

    /// Returns the lowest position up to which a slot may advance.
    pub(super) fn least(&self) -> Position {
        self.0.iter().copied().min().unwrap_or(Position::MAX)
    }
}

fn at(slot: Slot) -> usize {
    usize::from(slot.number())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slot(number: u8) -> Slot {
        Slot::new(number).unwrap()
    }

    fn slots(at: &[(u8, u64)]) -> Slots {
        let mut slots = Slots::none();
        for (number, checkpoint) in at {
            let checkpoint = Position(*checkpoint);
            slots.take(Claim::new(slot(*number), Epoch(1), checkpoint, Position::START));
        }
        slots
    }

    #[test]
    fn one_reads_on_from_the_slot_that_is_least_far() {
        assert_eq!(slots(&[(1, 30), (2, 10)]).from(&Caps::none()), Some(Position(10)));
    }

    #[test]
    fn a_slot_at_its_limit_does_not_hold_up_the_others() {
        let caps = Caps::new(&[(slot(2), Position(10))]);

        assert_eq!(slots(&[(1, 30), (2, 10)]).from(&caps), Some(Position(30)));
        assert_eq!(slots(&[(2, 10)]).from(&caps), None);
    }

    #[test]
    fn a_slot_that_is_further_than_a_page_stays_where_it_is() {
        let moved = slots(&[(1, 30), (2, 10)]).moved(Position(20), &Caps::none());

        assert_eq!(moved, [SlotProgress::new(slot(2), Epoch(1), Position(20))]);
    }

    #[test]
    fn what_the_store_does_not_know_is_told_with_all_slots() {
        let mut slots = slots(&[(1, 10), (2, 10)]);
        let passed = [SlotProgress::new(slot(2), Epoch(1), Position(20))];

        slots.advance(&[SlotProgress::new(slot(1), Epoch(1), Position(20))]);
        slots.pass(&passed);
        assert!(slots.are_unnoted());
        let all = slots.all(Position(15), &Caps::none());
        slots.advance(&all);

        assert_eq!(all[1], passed[0]);
        assert_eq!(all.len(), 2);
        assert!(!slots.are_unnoted());
    }

    #[test]
    fn a_slot_of_another_epoch_is_lost() {
        let held = [(slot(1), Epoch(2)), (slot(2), Epoch(1))];

        assert_eq!(slots(&[(1, 0), (2, 0)]).lost(&held), [slot(1)]);
    }
}
