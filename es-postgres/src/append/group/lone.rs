//! Claims of appends that are at their stream by themselves.

use es_core::StreamId;

use super::scheduler::{How, StreamHash, Ticket};
use crate::append::appender::Appender;

/// Keeps other appends of this process away from a stream: all that they could find there now is
/// another writer. Gives the place and the stream back when it is dropped.
pub(crate) struct Claim {
    appender: Appender,
    stream: StreamHash,
    ticket: Ticket,
    /// True if it takes one of the places of appends that go out by themselves.
    has_place: bool,
}

impl Appender {
    /// Claims a place and the stream, if a place is free, no append queues and none is at the
    /// stream.
    pub(crate) fn claim(&self, stream: &StreamId) -> Option<Claim> {
        let stream = self.group.hash(stream);
        let mut scheduler = self.group.scheduler();
        if !scheduler.is_free(stream) || !self.group.flushers.is_idle() {
            return None;
        }
        scheduler.lone += 1;
        let ticket = scheduler.enter(stream, How::Lone);
        drop(scheduler);
        Some(Claim { appender: self.clone(), stream, ticket, has_place: true })
    }
}

impl Claim {
    pub(crate) fn appender(&self) -> &Appender {
        &self.appender
    }

    /// The claim of an append that leaves its batch; the stream is shut behind it already.
    pub(super) fn of_shut(appender: &Appender, stream: StreamHash, ticket: Ticket) -> Self {
        Self { appender: appender.clone(), stream, ticket, has_place: false }
    }

    /// Marks that the append from now on waits for another writer at the stream. It gives its place
    /// back, and the appends of its process to the same stream wait until it is through.
    pub(crate) fn shut(&mut self) {
        let mut scheduler = self.appender.group.scheduler();
        scheduler.shut(self.stream, self.ticket);
        scheduler.lone -= usize::from(std::mem::take(&mut self.has_place));
        self.appender.call_flusher(scheduler);
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        let mut scheduler = self.appender.group.scheduler();
        scheduler.leave(self.stream, self.ticket);
        scheduler.lone -= usize::from(self.has_place);
        self.appender.call_flusher(scheduler);
    }
}
