//! Slots of a version, and the nodes that hold them.

use std::collections::BTreeMap;
use std::time::Duration;

use tokio::time::Instant;

use super::clock::Clock;
use crate::read::projection::version::SlotRow;
use crate::read::projection::{
    Claim, Epoch, Heartbeat, Holder, NodeId, NodeStatus, Slot, SlotProgress, SlotStatus,
};
use crate::stream::Position;

/// The slots of a version, and the nodes that are alive.
#[derive(Clone, Debug)]
pub(super) struct Slots {
    /// The 64 slots; slot n is at index n.
    slots: Vec<Leased>,
    nodes: BTreeMap<NodeId, Node>,
}

#[derive(Clone, Debug)]
struct Leased {
    slot: Slot,
    owner: Option<NodeId>,
    until: Instant,
    epoch: Epoch,
    checkpoint: Position,
    effects_after: Position,
}

#[derive(Clone, Debug)]
struct Node {
    until: Instant,
    heartbeat: Heartbeat,
}

/// The nodes that share the slots, and the place of one of them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sharing {
    pub(super) alive: usize,
    /// The number of nodes that have met the fewest kinds of events that they cannot read.
    pub(super) among: usize,
    pub(super) rank: usize,
    pub(super) is_left_behind: bool,
}

impl Slots {
    pub(super) fn starting_at(start: Position, effects_after: Position) -> Self {
        let slots = Slot::all().map(|slot| Leased {
            slot,
            owner: None,
            until: Instant::now(),
            epoch: Epoch(0),
            checkpoint: start,
            effects_after,
        });
        Self { slots: slots.collect(), nodes: BTreeMap::new() }
    }

    pub(super) fn heartbeat(&mut self, node: NodeId, lease: Duration, heartbeat: &Heartbeat) {
        let until = Instant::now() + lease;
        self.nodes.insert(node, Node { until, heartbeat: heartbeat.clone() });
        for held in self.slots.iter_mut().filter(|slot| slot.owner == Some(node)) {
            held.until = until;
        }
    }

    /// Returns the share of the node among those that are alive. Forgets nodes that are not alive
    /// any more.
    pub(super) fn sharing(&mut self, node: NodeId) -> Sharing {
        let now = Instant::now();
        self.nodes.retain(|_, node| now < node.until);
        let least = self.nodes.values().map(|node| node.heartbeat.unreadable).min();
        let shares = |node: &Node| Some(node.heartbeat.unreadable) == least;
        Sharing {
            alive: self.nodes.len(),
            among: self.nodes.values().filter(|node| shares(node)).count(),
            rank: self.nodes.range(..node).filter(|(_, node)| shares(node)).count(),
            is_left_behind: self.nodes.get(&node).is_some_and(|node| !shares(node)),
        }
    }

    pub(super) fn held_by(&self, node: NodeId) -> Vec<(Slot, Epoch)> {
        let held = self.slots.iter().filter(|slot| slot.owner == Some(node));
        held.map(|slot| (slot.slot, slot.epoch)).collect()
    }

    pub(super) fn free(&self) -> usize {
        let now = Instant::now();
        self.slots.iter().filter(|slot| slot.is_free(now)).count()
    }

    pub(super) fn claim(&mut self, holder: Holder<'_>, at_most: usize) -> Vec<Claim> {
        let now = Instant::now();
        let free = self.slots.iter_mut().filter(|slot| slot.is_free(now)).take(at_most);
        let claims = free.map(|slot| {
            slot.owner = Some(holder.node);
            slot.until = now + holder.lease;
            slot.epoch = Epoch(slot.epoch.0 + 1);
            Claim::new(slot.slot, slot.epoch, slot.checkpoint, slot.effects_after)
        });
        claims.collect()
    }

    pub(super) fn release(&mut self, node: NodeId, slots: &[Slot]) {
        for slot in &mut self.slots {
            if slot.owner == Some(node) && slots.contains(&slot.slot) {
                slot.owner = None;
            }
        }
    }

    pub(super) fn deregister(&mut self, node: NodeId) {
        self.nodes.remove(&node);
        let all: Vec<_> = Slot::all().collect();
        self.release(node, &all);
    }

    /// True if the node holds each of these slots, in the epoch in which it was given it. An
    /// expired lease does no harm as long as no other node was given the slot.
    pub(super) fn are_held(&self, node: NodeId, progress: &[SlotProgress]) -> bool {
        progress.iter().all(|done| {
            let slot = self.slots.get(usize::from(done.slot.number()));
            slot.is_some_and(|slot| slot.owner == Some(node) && slot.epoch == done.epoch)
        })
    }

    pub(super) fn come_to(&mut self, progress: &[SlotProgress]) {
        for done in progress {
            if let Some(slot) = self.slots.get_mut(usize::from(done.slot.number())) {
                slot.checkpoint = done.checkpoint;
            }
        }
    }

    /// Takes all slots from their nodes, so that no batch begun before can be committed. Effects up
    /// to each checkpoint count as done.
    pub(super) fn take_from_all(&mut self) {
        for slot in &mut self.slots {
            slot.owner = None;
            slot.epoch = Epoch(slot.epoch.0 + 1);
            slot.effects_after = slot.effects_after.max(slot.checkpoint);
        }
    }

    /// Takes all slots from their nodes, so that no batch begun before can be committed.
    pub(super) fn free_all(&mut self) {
        for slot in &mut self.slots {
            slot.owner = None;
            slot.epoch = Epoch(slot.epoch.0 + 1);
        }
    }

    /// Notes the positions up to which effects were had.
    pub(super) fn effects_were_had(&mut self, up_to: &[(Slot, Position)]) {
        for (slot, position) in up_to {
            if let Some(slot) = self.slots.get_mut(usize::from(slot.number())) {
                slot.effects_after = *position;
            }
        }
    }

    pub(super) fn rows(&self) -> Vec<SlotRow> {
        let row = |slot: &Leased| SlotRow::new(slot.slot, slot.checkpoint, slot.effects_after);
        self.slots.iter().map(row).collect()
    }

    pub(super) fn statuses(&self) -> Vec<SlotStatus> {
        let now = Instant::now();
        let statuses = self.slots.iter().map(|slot| {
            let mut status = SlotStatus::new(slot.slot, slot.epoch, slot.checkpoint);
            status.owner = slot.owner.filter(|_| !slot.is_free(now));
            status
        });
        statuses.collect()
    }

    pub(super) fn nodes(&self, clock: Clock) -> Vec<NodeStatus> {
        let now = Instant::now();
        let alive = self.nodes.iter().filter(|(_, node)| now < node.until);
        let statuses = alive.map(|(id, node)| {
            let mut status = NodeStatus::new(*id, clock.timestamp(node.until));
            status.rate = node.heartbeat.rate;
            status.error.clone_from(&node.heartbeat.error);
            status.in_hand.clone_from(&node.heartbeat.in_hand);
            status
        });
        statuses.collect()
    }
}

impl Leased {
    fn is_free(&self, now: Instant) -> bool {
        self.owner.is_none() || self.until <= now
    }
}
