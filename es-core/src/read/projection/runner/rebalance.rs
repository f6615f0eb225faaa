//! Rebalance: a node holds its share of the slots, no more and no less.

use super::slots::Slots;
use crate::read::projection::{HeartbeatReply, Slot};

/// The changes that bring the slots of a node to its share.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Rebalance {
    /// Slots that the store no longer knows as the node's.
    pub(super) lost: Vec<Slot>,
    /// Slots that the store knows as the node's, and the node does not: the answer to the claim was lost,
    /// or a commit was in doubt.
    pub(super) orphans: Vec<Slot>,
    /// Slots above the share, to be let go of.
    pub(super) surplus: Vec<Slot>,
    /// The number of slots to claim.
    pub(super) lacking: usize,
}

/// Compares the slots that a node believes to hold with the reply to its heartbeat.
pub(super) fn rebalance(slots: &Slots, reply: &HeartbeatReply) -> Rebalance {
    let lost = slots.lost(&reply.held);
    let told = reply.held.iter().map(|(slot, _)| *slot);
    let is_held = |slot: &Slot| slots.get(*slot).is_some() && !lost.contains(slot);
    let orphans: Vec<_> = told.filter(|slot| !is_held(slot)).collect();
    let mut held = slots.numbers();
    held.retain(|slot| !lost.contains(slot));
    let share = reply.share();
    let surplus = if held.len() > share { held.split_off(share) } else { Vec::new() };
    let are_there = reply.free > 0 || !orphans.is_empty();
    let lacking = if are_there { share - held.len().min(share) } else { 0 };
    Rebalance { lost, orphans, surplus, lacking }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::projection::{Claim, Epoch, VersionState};
    use crate::stream::Position;

    fn slots(numbers: impl IntoIterator<Item = u8>) -> Vec<Slot> {
        numbers.into_iter().map(|number| Slot::new(number).unwrap()).collect()
    }

    fn holding(numbers: impl IntoIterator<Item = u8>) -> Slots {
        let mut held = Slots::none();
        for slot in slots(numbers) {
            held.take(Claim::new(slot, Epoch(1), Position::START, Position::START));
        }
        held
    }

    /// The reply to one of `nodes` nodes, which holds these slots.
    fn reply(nodes: u32, held: impl IntoIterator<Item = u8>, free: u32) -> HeartbeatReply {
        let incarnation = uuid::Uuid::from_u128(5).into();
        let mut reply = HeartbeatReply::new(VersionState::Serving, incarnation);
        reply.held = slots(held).into_iter().map(|slot| (slot, Epoch(1))).collect();
        (reply.nodes, reply.sharing, reply.free) = (nodes, nodes, free);
        reply
    }

    #[test]
    fn a_node_that_lacks_slots_claims_them_if_some_are_free() {
        let lacks = rebalance(&holding(0..10), &reply(2, 0..10, 22));

        assert_eq!(lacks, Rebalance { lacking: 22, ..Rebalance::default() });
        assert_eq!(rebalance(&holding(0..10), &reply(2, 0..10, 0)), Rebalance::default());
    }

    #[test]
    fn a_node_that_has_too_many_lets_the_last_ones_go() {
        let has = rebalance(&holding(0..64), &reply(2, 0..64, 0));

        assert_eq!(has, Rebalance { surplus: slots(32..64), ..Rebalance::default() });
    }

    #[test]
    fn a_node_that_is_left_behind_lets_all_go() {
        let behind = HeartbeatReply { is_left_behind: true, ..reply(2, 0..3, 0) };

        let all = Rebalance { surplus: slots(0..3), ..Rebalance::default() };
        assert_eq!(rebalance(&holding(0..3), &behind), all);
    }

    #[test]
    fn a_slot_that_went_is_lost() {
        let lost = rebalance(&holding(0..32), &reply(2, 0..31, 0));

        assert_eq!(lost, Rebalance { lost: slots([31]), ..Rebalance::default() });
    }

    #[test]
    fn a_slot_whose_claim_was_not_answered_is_given_back_and_claimed() {
        let orphan = rebalance(&holding(0..31), &reply(2, 0..32, 0));

        let again = Rebalance { orphans: slots([31]), lacking: 1, ..Rebalance::default() };
        assert_eq!(orphan, again);
    }

    #[test]
    fn a_slot_of_another_epoch_is_lost_and_an_orphan() {
        let mut later = reply(1, 0..64, 0);
        later.held[5].1 = Epoch(2);

        let both = rebalance(&holding(0..64), &later);

        let fifth = slots([5]);
        let (lost, orphans) = (fifth.clone(), fifth);
        assert_eq!(both, Rebalance { lost, orphans, lacking: 1, ..Rebalance::default() });
    }
}
