//! The events of a scenario, as they stand in a log.

use std::collections::HashMap;

use es_core::{EventId, EventSet, Metadata, Position, RecordedEvent, StreamId, Timestamp, Version};

/// Events at their places.
#[derive(Clone, Debug)]
pub(super) struct Log<E> {
    pub(super) events: Vec<(StreamId, E)>,
}

impl<E: EventSet> Log<E> {
    /// The events as a store holds them. They were encoded once already, so that works.
    pub(super) fn stored(&self) -> Vec<RecordedEvent> {
        let mut versions = HashMap::<&StreamId, u64>::new();
        let events = self.events.iter().zip(1..);
        let stored = events.map(|((stream, event), position)| {
            let version = versions.entry(stream).or_default();
            *version += 1;
            RecordedEvent::new(
                EventId::generate(),
                stream.clone(),
                Version(*version),
                Position(position),
                at(position),
                Metadata::default(),
                event.to_raw().expect("it was encoded before"),
            )
        });
        stored.collect()
    }
}

/// One second after the other.
fn at(position: u64) -> Timestamp {
    const YEAR_2020: i64 = 1_577_836_800;
    let seconds = i64::try_from(position).expect("a scenario of a few events");
    Timestamp::from_unix_micros((YEAR_2020 + seconds - 1) * 1_000_000)
}
