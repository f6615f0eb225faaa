//! The states that a repository remembers.

use std::fmt;
use std::sync::Arc;

use moka::sync::Cache;

use crate::load::Loaded;
use crate::stream::{Position, StreamId, Version};

/// States by stream, as many as were asked for; the least useful ones go first.
///
/// A stream only grows, so what is remembered was true once and lacks at most the newest events.
/// That is why nothing here is ever wrong, only old: an append finds that out by its expected version, and
/// everything else reads the events that came after.
pub(super) struct States<A> {
    states: Cache<StreamId, Arc<Loaded<A>>>,
    copy: fn(&A) -> A,
}

impl<A> Clone for States<A> {
    fn clone(&self) -> Self {
        Self { states: self.states.clone(), copy: self.copy }
    }
}

impl<A> fmt::Debug for States<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("States").field("capacity", &self.states.policy().max_capacity()).finish()
    }
}

impl<A: Send + Sync + 'static> States<A> {
    pub(super) fn new(capacity: u64) -> Self
    where
        A: Clone,
    {
        Self { states: Cache::new(capacity), copy: A::clone }
    }

    pub(super) fn recall(&self, stream: &StreamId) -> Option<Loaded<A>> {
        let known = self.states.get(stream)?;
        let state = (self.copy)(&known.state);
        Some(Loaded { state, version: known.version, position: known.position })
    }

    /// Remembers a copy of `state`, unless something as new is known. Two who do so at once may leave
    /// the older one: that costs a conflict, and no more.
    pub(super) fn remember(
        &self,
        stream: &StreamId,
        state: &A,
        version: Version,
        position: Position,
    ) {
        let as_new = |known: Arc<Loaded<A>>| known.version >= version;
        if !self.states.get(stream).is_some_and(as_new) {
            let state = (self.copy)(state);
            self.states.insert(stream.clone(), Arc::new(Loaded { state, version, position }));
        }
    }

    /// Takes note that the stream was at `actual`: a state that is newer than its stream belongs to a
    /// log that was put back.
    pub(super) fn found(&self, stream: &StreamId, actual: Version) {
        if self.states.get(stream).is_some_and(|known| known.version > actual) {
            self.states.invalidate(stream);
        }
    }
}
