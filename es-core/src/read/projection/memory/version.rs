//! A version of a projection: its model, its slots and its parked events.

use std::sync::Arc;

use super::clock::Clock;
use super::model_lock::Turns;
use super::parked::ParkedEvents;
use super::slots::Slots;
use crate::read::projection::version::VersionRow;
use crate::read::projection::{
    Heartbeat, HeartbeatReply, Holder, Registration, VersionState, VersionStatus,
};
use crate::timestamp::Timestamp;

#[derive(Debug)]
pub(super) struct MemoryVersion<M> {
    pub(super) registration: Registration,
    /// The place of the version: building, serving or retired. It may be stopped besides: see
    /// `stopped`.
    pub(super) place: VersionState,
    pub(super) stopped: Option<String>,
    pub(super) is_prepared: bool,
    /// The model, shared with its readers: a batch puts another one here.
    pub(super) model: Arc<M>,
    pub(super) turns: Arc<Turns>,
    pub(super) slots: Slots,
    /// The number of times that the slots were revoked, by a stop or a promotion.
    pub(super) revocations: u64,
    pub(super) parked: ParkedEvents,
    since: Timestamp,
}

impl<M: Default> MemoryVersion<M> {
    pub(super) fn new(registration: Registration, place: VersionState, clock: Clock) -> Self {
        Self {
            slots: Slots::starting_at(registration.start, registration.effects_after),
            registration,
            place,
            stopped: None,
            is_prepared: false,
            model: Arc::default(),
            turns: Arc::default(),
            revocations: 0,
            parked: ParkedEvents::default(),
            since: clock.timestamp(tokio::time::Instant::now()),
        }
    }
}

impl<M> MemoryVersion<M> {
    pub(super) fn state(&self) -> VersionState {
        if self.stopped.is_some() { VersionState::Stopped } else { self.place }
    }

    pub(super) fn heartbeat(
        &mut self,
        holder: Holder<'_>,
        heartbeat: &Heartbeat,
    ) -> HeartbeatReply {
        self.slots.heartbeat(holder.node, holder.lease, heartbeat);
        let mut reply = HeartbeatReply::new(self.state(), self.registration.incarnation);
        let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        let sharing = self.slots.sharing(holder.node);
        (reply.nodes, reply.sharing) = (count(sharing.alive), count(sharing.among));
        (reply.rank, reply.is_left_behind) = (count(sharing.rank), sharing.is_left_behind);
        reply.log_end = self.registration.log_end;
        reply.held = self.slots.held_by(holder.node);
        reply.free = count(self.slots.free());
        let held: Vec<_> = reply.held.iter().map(|(slot, _)| *slot).collect();
        reply.is_due = self.parked.is_due(&held);
        reply
    }

    /// Takes all slots from their nodes. Nothing that was begun before is committed after.
    pub(super) fn revoke(&mut self) {
        self.slots.free_all();
        self.revocations += 1;
    }

    /// The row of the version, as the rules see it. A model tells nobody what depends on it.
    pub(super) fn row(&self, is_read: bool) -> VersionRow {
        let mut row = VersionRow::new(&self.registration, self.place, is_read);
        row.is_stopped = self.stopped.is_some();
        row.is_prepared = self.is_prepared;
        row.has_parked = self.parked.events() > 0;
        row.slots = self.slots.rows();
        row
    }

    /// The status as far as the slots, which costs nothing however much is parked.
    pub(super) fn progress(&self, is_read: bool) -> VersionStatus {
        let Registration { id, types, incarnation, keyed_by, .. } = &self.registration;
        let mut status = VersionStatus::new(id.clone(), self.state(), *incarnation, self.since);
        status.stopped.clone_from(&self.stopped);
        status.is_read = is_read;
        status.keyed_by.clone_from(keyed_by);
        status.types.clone_from(types);
        status.slots = self.slots.statuses();
        status
    }

    pub(super) fn status(&self, is_read: bool, clock: Clock) -> VersionStatus {
        let mut status = self.progress(is_read);
        status.nodes = self.slots.nodes(clock);
        status.parked_events = self.parked.events();
        status.unreadable = self.parked.unreadable();
        for slot in self.parked.slots() {
            status.parked_keys += 1;
            if let Some(slot) = status.slots.get_mut(usize::from(slot.number())) {
                slot.parked_keys += 1;
            }
        }
        status
    }
}
