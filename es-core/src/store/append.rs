//! Appends, which are stored all or nothing, and their results.

use std::collections::HashSet;

use crate::event::name::EventId;
use crate::event::recorded::NewEvent;
use crate::store::append_error::InvalidAppend;
use crate::store::query::Condition;
use crate::store::request::NewRequest;
use crate::store::token::Token;
use crate::stream::{ExpectedVersion, Position, StreamId, Version};
use crate::timestamp::Timestamp;

/// Events for one or several streams, stored all or nothing, each stream at its expected version and
/// on a condition if there is one.
///
/// ```
/// use es_core::prelude::*;
/// # let account = StreamId::new(Category::new("account")?, StreamKey::new("ada")?);
/// # let events = vec![];
///
/// let append = Append::to(account, ExpectedVersion::NoStream, events)?;
/// assert_eq!(append.parts().len(), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Append {
    parts: Vec<StreamAppend>,
    condition: Option<Condition>,
    request: Option<Box<NewRequest>>,
}

/// The part of an [`Append`] that concerns one stream.
///
/// Without events it is a pure precondition: nothing is stored, but the whole append is refused
/// unless the stream is at its expected version in the moment of the append.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct StreamAppend {
    /// The stream.
    pub stream: StreamId,
    /// The expected version of the stream.
    pub expected: ExpectedVersion,
    /// The events to append to it, in order.
    pub events: Vec<NewEvent>,
}

impl StreamAppend {
    /// `events` for `stream`, which must be at `expected`.
    #[must_use]
    pub fn new(stream: StreamId, expected: ExpectedVersion, events: Vec<NewEvent>) -> Self {
        Self { stream, expected, events }
    }
}

impl Append {
    /// Creates an append to one stream.
    pub fn to(
        stream: StreamId,
        expected: ExpectedVersion,
        events: Vec<NewEvent>,
    ) -> Result<Self, InvalidAppend> {
        Self::new(vec![StreamAppend::new(stream, expected, events)])
    }

    /// Creates an append to several streams.
    ///
    /// It needs at least one part. Each stream occurs at most once and none is an archive; no event
    /// id occurs twice. Either every event has an instant of its own, or none has; instants never
    /// go back along a stream.
    pub fn new(parts: Vec<StreamAppend>) -> Result<Self, InvalidAppend> {
        if parts.is_empty() {
            return Err(InvalidAppend::NoStream);
        }
        let mut streams = HashSet::new();
        let mut ids: HashSet<EventId> = HashSet::new();
        for part in &parts {
            if part.stream.is_archive() {
                return Err(InvalidAppend::Archive { stream: part.stream.clone() });
            }
            if !streams.insert(&part.stream) {
                return Err(InvalidAppend::StreamTwice { stream: part.stream.clone() });
            }
            for event in &part.events {
                if !ids.insert(event.id) {
                    return Err(InvalidAppend::EventTwice { id: event.id });
                }
            }
        }
        check_instants(&parts)?;
        Ok(Self::of_fresh(parts))
    }

    /// Creates an append without checks, from parts whose streams differ and whose event ids are
    /// fresh.
    pub(crate) fn of_fresh(parts: Vec<StreamAppend>) -> Self {
        Self { parts, condition: None, request: None }
    }

    /// The same append, refused unless `condition` holds.
    #[must_use]
    pub fn with_condition(mut self, condition: Condition) -> Self {
        self.condition = Some(condition);
        self
    }

    /// The condition that must hold besides the expected versions of the streams.
    #[must_use]
    pub fn condition(&self) -> Option<&Condition> {
        self.condition.as_ref()
    }

    /// The same append, as the answer to `request`: the events and the answer are stored together, or neither
    /// is. Refused with [`Answered`](crate::AppendError::Answered) if the request has its answer already.
    ///
    /// For a store that remembers requests: see [`EventStore::find_request`](crate::EventStore::find_request).
    #[must_use]
    pub fn with_request(mut self, request: NewRequest) -> Self {
        self.request = Some(Box::new(request));
        self
    }

    /// The request that the append answers.
    #[must_use]
    pub fn request(&self) -> Option<&NewRequest> {
        self.request.as_deref()
    }

    /// The parts, one per stream, in the order given.
    #[must_use]
    pub fn parts(&self) -> &[StreamAppend] {
        &self.parts
    }

    /// Returns the parts by value: for the authors of stores.
    #[must_use]
    pub fn into_parts(self) -> Vec<StreamAppend> {
        self.parts
    }

    /// The number of events in all parts.
    #[must_use]
    pub fn events(&self) -> usize {
        self.parts.iter().map(|part| part.events.len()).sum()
    }
}

/// Checks the instants of imported events: all events have one or none has, and they never go back
/// along a stream.
fn check_instants(parts: &[StreamAppend]) -> Result<(), InvalidAppend> {
    let events = || parts.iter().flat_map(|part| &part.events);
    let imported = events().filter(|event| event.recorded_at.is_some()).count();
    if imported == 0 {
        return Ok(());
    }
    if imported < events().count() {
        return Err(InvalidAppend::MixedTimes);
    }
    for part in parts {
        let instants = || part.events.iter().filter_map(|event| event.recorded_at);
        let mut neighbours = instants().zip(instants().skip(1));
        if let Some((before, at)) = neighbours.find(|(before, at)| at < before) {
            let stream = part.stream.clone();
            return Err(InvalidAppend::TimeGoesBack { stream, at, before });
        }
    }
    Ok(())
}

/// The result of an [`Append`]: the versions of its streams and the positions of its events.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Appended {
    /// One entry per part of the append, in its order.
    pub streams: Vec<AppendedStream>,
    /// True if an earlier call stored the same events, and this one stored nothing. The result is
    /// then that of the earlier call; a part without events has the current version of its stream.
    pub already: bool,
}

impl Appended {
    /// The answer to an append, one entry per part: for the authors of stores.
    #[must_use]
    pub fn new(streams: Vec<AppendedStream>) -> Self {
        Self { streams, already: false }
    }

    /// The answer to an append that was stored by an earlier call: for the authors of stores.
    #[must_use]
    pub fn already(streams: Vec<AppendedStream>) -> Self {
        Self { streams, already: true }
    }

    /// The highest position among the events; `None` if there was no event.
    #[must_use]
    pub fn position(&self) -> Option<Position> {
        self.streams.iter().flat_map(|stream| stream.positions.iter().copied()).max()
    }

    /// The token that a reader passes to
    /// [`ProjectionHandle::wait_for`](crate::projection::ProjectionHandle::wait_for) to see the events;
    /// `None` if there was none.
    #[must_use]
    pub fn token(&self) -> Option<Token> {
        self.position().map(Token::from)
    }
}

/// The result of an append for one stream: its version and the positions of its events.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct AppendedStream {
    /// The stream.
    pub stream: StreamId,
    /// Its version after the append.
    pub version: Version,
    /// One position per event, in their order. They rise; they need not be consecutive.
    pub positions: Vec<Position>,
    /// The instant at which the events were stored; of imported events, that of the last. Without
    /// events, the instant at which the precondition was checked.
    pub recorded_at: Timestamp,
}

impl AppendedStream {
    /// The answer for one stream: for the authors of stores.
    #[must_use]
    pub fn new(
        stream: StreamId,
        version: Version,
        positions: Vec<Position>,
        recorded_at: Timestamp,
    ) -> Self {
        Self { stream, version, positions, recorded_at }
    }

    /// The version of the stream before the append.
    #[must_use]
    pub fn version_before(&self) -> Version {
        Version(self.version.0.saturating_sub(self.positions.len() as u64))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::metadata::Metadata;
    use crate::event::name::{EventName, SchemaVersion};
    use crate::event::payload::Payload;
    use crate::event::recorded::RawEvent;
    use crate::stream::{Category, StreamKey};

    fn stream(key: &str) -> StreamId {
        StreamId::new(Category::new("account").unwrap(), StreamKey::new(key).unwrap())
    }

    fn part(key: &str, events: Vec<NewEvent>) -> StreamAppend {
        StreamAppend::new(stream(key), ExpectedVersion::Any, events)
    }

    fn event() -> NewEvent {
        let name = EventName::new("opened").unwrap();
        let payload = Payload::parse("{}").unwrap();
        NewEvent::new(RawEvent::new(name, SchemaVersion(1), payload), Metadata::default())
    }

    #[test]
    fn an_append_names_a_stream() {
        assert_eq!(Append::new(vec![]), Err(InvalidAppend::NoStream));
    }

    #[test]
    fn an_append_names_each_stream_once() {
        let twice =
            Append::new(vec![part("ada", vec![]), part("bob", vec![]), part("ada", vec![])]);

        assert_eq!(twice, Err(InvalidAppend::StreamTwice { stream: stream("ada") }));
    }

    #[test]
    fn nothing_is_appended_to_an_archive() {
        let archive = stream("ada").archive(Version(3));
        let append = Append::to(archive.clone(), ExpectedVersion::Any, vec![event()]);

        assert_eq!(append, Err(InvalidAppend::Archive { stream: archive }));
    }

    #[test]
    fn an_append_holds_each_event_once() {
        let event = event();
        let id = event.id;

        let twice = Append::new(vec![part("ada", vec![event.clone()]), part("bob", vec![event])]);

        assert_eq!(twice, Err(InvalidAppend::EventTwice { id }));
    }

    #[test]
    fn parts_keep_their_order() {
        let append = Append::new(vec![part("b", vec![event()]), part("a", vec![event(), event()])]);

        let append = append.unwrap();
        let streams: Vec<_> = append.parts().iter().map(|part| part.stream.clone()).collect();
        assert_eq!(streams, [stream("b"), stream("a")]);
        assert_eq!(append.events(), 3);
    }
}
