//! The states that a repository remembers.

use std::fmt;
use std::sync::Arc;

use moka::sync::Cache;

use crate::stream::{Position, StreamId, Version};
use crate::write::load::Loaded;

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
        let capacity = self.states.policy().max_capacity();
        f.debug_struct("States").field("capacity", &capacity).finish_non_exhaustive()
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stream::{Category, StreamKey};

    fn stream(key: u64) -> StreamId {
        let key = StreamKey::new(format!("a{key}")).unwrap();
        StreamId::new(Category::new("account").unwrap(), key)
    }

    fn known(states: &States<&'static str>, key: u64) -> Option<&'static str> {
        states.recall(&stream(key)).map(|known| known.state)
    }

    #[test]
    fn no_more_states_are_kept_than_asked_for() {
        let states = States::new(10);

        for key in 0..1000 {
            states.remember(&stream(key), &"state", Version(1), Position(1));
        }
        states.states.run_pending_tasks();

        assert_eq!(states.states.entry_count(), 10);
    }

    #[test]
    fn an_older_state_does_not_replace_a_newer_one() {
        let states = States::new(10);

        states.remember(&stream(1), &"new", Version(2), Position(2));
        states.remember(&stream(1), &"old", Version(1), Position(1));

        assert_eq!(known(&states, 1), Some("new"));
    }

    #[test]
    fn a_state_that_its_stream_has_not_reached_is_forgotten() {
        let states = States::new(10);
        states.remember(&stream(1), &"state", Version(7), Position(9));

        states.found(&stream(1), Version(7));
        assert_eq!(known(&states, 1), Some("state"));

        states.found(&stream(1), Version(6));
        assert_eq!(known(&states, 1), None);
    }
}
