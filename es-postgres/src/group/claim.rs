//! An append that is at its stream by itself.

use es_core::StreamId;

use super::desk::{How, StreamHash, Ticket};
use crate::store::PgStore;

/// Keeps other appends of this process away from a stream: what they could find there now is that
/// somebody is writing. Gives the place and the stream back when it is dropped.
pub(crate) struct Claim {
    store: PgStore,
    stream: StreamHash,
    ticket: Ticket,
    /// Whether it takes one of the places of appends that go out by themselves.
    has_place: bool,
}

impl PgStore {
    /// A place and the stream, if a place is free, nobody queues and nobody is at the stream.
    pub(crate) fn claim(&self, stream: &StreamId) -> Option<Claim> {
        let stream = self.group.hash(stream);
        let mut desk = self.group.desk();
        if !desk.is_free(stream) {
            return None;
        }
        desk.lone += 1;
        let ticket = desk.enter(stream, How::Lone);
        drop(desk);
        Some(Claim { store: self.clone(), stream, ticket, has_place: true })
    }
}

impl Claim {
    pub(crate) fn store(&self) -> &PgStore {
        &self.store
    }

    /// For an append that leaves its batch; the door behind it is shut already.
    pub(super) fn of_shut(store: &PgStore, stream: StreamHash, ticket: Ticket) -> Self {
        Self { store: store.clone(), stream, ticket, has_place: false }
    }

    /// From now on the append waits for whoever is at the stream. It gives its place back, and those
    /// of its process who want to the same stream wait until it is through.
    pub(crate) fn shut(&mut self) {
        let mut desk = self.store.group.desk();
        desk.shut(self.stream, self.ticket);
        desk.lone -= usize::from(std::mem::take(&mut self.has_place));
        self.store.call_flusher(desk);
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        let mut desk = self.store.group.desk();
        desk.leave(self.stream, self.ticket);
        desk.lone -= usize::from(self.has_place);
        self.store.call_flusher(desk);
    }
}
