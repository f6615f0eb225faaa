//! Claims of appends that are at their streams by themselves.

use es_core::Append;

use super::scheduler::{How, Ticket};
use super::streams::Streams;
use crate::append::appender::Appender;

/// Keeps other appends of this process away from the streams of one: all that they could find there now
/// is another writer. Gives the place and the streams back when it is dropped.
pub(crate) struct Claim {
    appender: Appender,
    streams: Streams,
    ticket: Ticket,
    /// True if it takes one of the places of appends that go out by themselves.
    has_place: bool,
}

impl Appender {
    /// Claims a place and all streams of the append, if a place is free, no append queues and none is at
    /// any of the streams.
    pub(crate) fn claim(&self, append: &Append) -> Option<Claim> {
        let streams = Streams::of(append, &self.group);
        let mut scheduler = self.group.scheduler();
        if !scheduler.is_free(&streams) || !self.group.flushers.is_idle() {
            return None;
        }
        scheduler.lone += 1;
        let ticket = scheduler.enter(&streams, &How::Lone);
        drop(scheduler);
        Some(Claim { appender: self.clone(), streams, ticket, has_place: true })
    }
}

impl Claim {
    pub(crate) fn appender(&self) -> &Appender {
        &self.appender
    }

    /// The claim of an append that leaves its batch; its streams are shut behind it already.
    pub(super) fn of_shut(appender: &Appender, streams: Streams, ticket: Ticket) -> Self {
        Self { appender: appender.clone(), streams, ticket, has_place: false }
    }

    /// The claim of the append while it waits for another writer. It gives its place back. If it can
    /// [wait for nothing but its stream](Streams::is_kept_by_who_waits), the appends of its process to that one wait
    /// until it is through; otherwise it claims nothing.
    pub(crate) fn while_it_waits(mut self) -> Option<Self> {
        if !self.streams.is_kept_by_who_waits() {
            return None;
        }
        let mut scheduler = self.appender.group.scheduler();
        scheduler.shut(&self.streams, self.ticket);
        scheduler.lone -= usize::from(std::mem::take(&mut self.has_place));
        self.appender.call_flusher(scheduler);
        Some(self)
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        let mut scheduler = self.appender.group.scheduler();
        scheduler.leave(&self.streams, self.ticket);
        scheduler.lone -= usize::from(self.has_place);
        self.appender.call_flusher(scheduler);
    }
}
