//! The events of a scenario, as they stand in a log.

use std::collections::HashMap;

use es_core::{EventId, EventSet, Metadata, Position, RecordedEvent, StreamId, Timestamp, Version};

/// Events at their places.
#[derive(Clone, Debug)]
pub(super) struct Log<E> {
    pub(super) events: Vec<Entry<E>>,
    /// The first of the events that were given last.
    last: usize,
}

/// An event, and what was said of it.
#[derive(Clone, Debug)]
pub(super) struct Entry<E> {
    pub(super) stream: StreamId,
    pub(super) event: E,
    pub(super) id: EventId,
    /// A second after the event before it, unless it was said.
    pub(super) recorded_at: Option<Timestamp>,
    pub(super) metadata: Metadata,
}

impl<E> Log<E> {
    pub(super) fn new() -> Self {
        Self { events: Vec::new(), last: 0 }
    }

    pub(super) fn give(&mut self, stream: &StreamId, events: Vec<E>) {
        self.last = self.events.len();
        self.events.extend(events.into_iter().map(|event| Entry {
            stream: stream.clone(),
            event,
            id: EventId::generate(),
            recorded_at: None,
            metadata: Metadata::default(),
        }));
    }

    /// The events that were given last.
    pub(super) fn given_last(&mut self) -> &mut [Entry<E>] {
        &mut self.events[self.last..]
    }
}

impl<E: EventSet> Log<E> {
    /// The events as a store holds them. They were encoded once already, so that works.
    pub(super) fn stored(&self) -> Vec<RecordedEvent> {
        let mut versions = HashMap::<&StreamId, u64>::new();
        let mut last = BEGINNING;
        let events = self.events.iter().zip(1..);
        let stored = events.map(|(entry, position)| {
            let version = versions.entry(&entry.stream).or_default();
            *version += 1;
            last = entry.recorded_at.map_or(last + SECOND, Timestamp::unix_micros);
            RecordedEvent::new(
                entry.id,
                entry.stream.clone(),
                Version(*version),
                Position(position),
                Timestamp::from_unix_micros(last),
                entry.metadata.clone(),
                entry.event.to_raw().expect("it was encoded before"),
            )
        });
        stored.collect()
    }
}

const SECOND: i64 = 1_000_000;

/// A second before the first event: 2020 begins with that one.
const BEGINNING: i64 = (1_577_836_800 - 1) * SECOND;
