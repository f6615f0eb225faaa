//! A decision on its way into the store.

use super::Executed;
use crate::domain::aggregate::Aggregate;
use crate::domain::decision::Decision;
use crate::event::metadata::Metadata;
use crate::event::name::EventId;
use crate::event::recorded::{NewEvent, Recorded};
use crate::store::append::AppendedStream;
use crate::stream::Version;
use crate::write::execute_error::ExecuteError;

/// The error of a command that came to nothing.
pub(super) type Refusal<A> = ExecuteError<<A as Aggregate>::Error>;

/// The outcome of a command, which holds once its events are stored.
pub(super) struct Decided<A: Aggregate> {
    /// The state with the events.
    pub(super) state: A,
    /// The version of the stream before the events.
    pub(super) before: Version,
    pub(super) events: Vec<A::Event>,
    /// The ids of the events, one each.
    pub(super) ids: Vec<EventId>,
}

impl<A: Aggregate> Decided<A> {
    /// A decision that turned the state at `before` into `state`. With it come its events as a store
    /// takes them.
    pub(super) fn new(
        state: A,
        before: Version,
        decision: Decision<A::Event>,
    ) -> (Self, Vec<NewEvent>) {
        let Decision { events, new } = decision;
        let ids = new.iter().map(|new| new.id).collect();
        (Self { state, before, events, ids }, new)
    }

    /// The answer, now that the events are stored, by themselves or among others. A command without
    /// events is answered by whatever was stored with it.
    pub(super) fn stored(self, appended: &AppendedStream, metadata: &Metadata) -> Executed<A> {
        let version = self.before.plus(self.events.len());
        let earlier = self.before.0.saturating_sub(appended.version_before().0);
        let earlier = usize::try_from(earlier).unwrap_or(usize::MAX);
        let positions = appended.positions.iter().skip(earlier).copied();
        let record = |(nth, ((event, id), position))| {
            let version = self.before.plus(nth + 1);
            let (stream, at) = (appended.stream.clone(), appended.recorded_at);
            Recorded::new(id, stream, version, position, at, metadata.clone(), event)
        };
        let events = self.events.into_iter().zip(self.ids).zip(positions);
        let events = events.enumerate().map(record).collect();
        Executed { state: self.state, version, events, again: false }
    }

    /// The answer to a command without events, on a state that was read for it.
    pub(super) fn unchanged(self) -> Executed<A> {
        Executed { state: self.state, version: self.before, events: Vec::new(), again: false }
    }
}
