//! The store that lives in the process.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, PoisonError, RwLock};

use tracing::Instrument;

use crate::append::{Append, Appended, AppendedStream};
use crate::error::{AppendError, Conflict, StoreError};
use crate::event::EventId;
use crate::recorded::{Recorded, RecordedEvent};
use crate::spans;
use crate::store::{Cursor, EventStore, LogPage};
use crate::stream::{Position, StreamId, Version};
use crate::timestamp::Timestamp;

/// An event store in memory: every guarantee of [`EventStore`] but survival.
///
/// For tests, for examples, and for services that may forget. Safe under threads; clones share
/// their events. Readers do not block one another, an append blocks both for as long as it takes to
/// copy its events.
#[derive(Clone, Debug, Default)]
pub struct MemoryStore {
    shared: Arc<RwLock<Events>>,
}

#[derive(Debug, Default)]
struct Events {
    /// All events; the event at position p is at p - 1.
    log: Vec<RecordedEvent>,
    /// Per stream the positions of its events; the event of version v is at v - 1.
    streams: HashMap<StreamId, Vec<Position>>,
    ids: HashSet<EventId>,
}

impl MemoryStore {
    /// A store without events.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A panic elsewhere cannot leave the events half changed: nothing in `append` fails after its
    /// checks. So a poisoned lock is taken as it is.
    fn read<T>(&self, reader: impl FnOnce(&Events) -> T) -> T {
        reader(&self.shared.read().unwrap_or_else(PoisonError::into_inner))
    }
}

impl EventStore for MemoryStore {
    async fn append(&self, append: Append) -> Result<Appended, AppendError> {
        let span = spans::append(&append);
        async move { self.shared.write().unwrap_or_else(PoisonError::into_inner).append(append) }
            .instrument(span)
            .await
    }

    async fn stream_page(
        &self,
        stream: &StreamId,
        cursor: Cursor<Version>,
        limit: u32,
    ) -> Result<Vec<RecordedEvent>, StoreError> {
        Ok(self.read(|events| {
            let positions = events.streams.get(stream).map_or(&[][..], Vec::as_slice);
            let page = page(positions, cursor.map(|version| version.0), limit);
            page.into_iter().filter_map(|position| events.at(position).cloned()).collect()
        }))
    }

    async fn log_page(&self, cursor: Cursor<Position>, limit: u32) -> Result<LogPage, StoreError> {
        Ok(self.read(|events| {
            let page = page(&events.log, cursor.map(|position| position.0), limit);
            LogPage::new(page, events.head())
        }))
    }
}

impl Events {
    fn append(&mut self, append: Append) -> Result<Appended, AppendError> {
        self.check(&append)?;
        let streams = append.into_parts().into_iter().map(|part| {
            let last = self.streams.get(&part.stream).and_then(|positions| positions.last());
            let last_at = last.and_then(|last| self.at(*last)).map(|last| last.recorded_at);
            let recorded_at =
                last_at.map_or_else(Timestamp::now, |last| last.max(Timestamp::now()));
            let version_before = self.version(&part.stream);
            let mut positions = Vec::with_capacity(part.events.len());
            for (nth, new) in part.events.into_iter().enumerate() {
                let position = Position(self.head().0 + 1);
                self.ids.insert(new.id);
                self.log.push(Recorded::new(
                    new.id,
                    part.stream.clone(),
                    version_before.plus(nth + 1),
                    position,
                    recorded_at,
                    new.metadata,
                    new.event,
                ));
                positions.push(position);
            }
            if !positions.is_empty() {
                self.streams.entry(part.stream.clone()).or_default().extend(&positions);
            }
            let version = version_before.plus(positions.len());
            AppendedStream::new(part.stream, version, positions, recorded_at)
        });
        Ok(Appended::new(streams.collect()))
    }

    fn check(&self, append: &Append) -> Result<(), AppendError> {
        for part in append.parts() {
            let actual = self.version(&part.stream);
            if !part.expected.accepts(actual) {
                return Err(Conflict::new(part.stream.clone(), part.expected, actual).into());
            }
        }
        let ids = append.parts().iter().flat_map(|part| &part.events).map(|event| event.id);
        match ids.into_iter().find(|id| self.ids.contains(id)) {
            Some(id) => Err(AppendError::DuplicateEvent { id }),
            None => Ok(()),
        }
    }

    fn version(&self, stream: &StreamId) -> Version {
        Version::NONE.plus(self.streams.get(stream).map_or(0, Vec::len))
    }

    fn head(&self) -> Position {
        Position(self.log.len() as u64)
    }

    fn at(&self, position: Position) -> Option<&RecordedEvent> {
        self.log.get(usize::try_from(position.0.checked_sub(1)?).ok()?)
    }
}

/// Up to `limit` of `all`, whose places count from 1, in the order of the cursor.
fn page<T: Clone>(all: &[T], cursor: Cursor<u64>, limit: u32) -> Vec<T> {
    let index = |place: u64| usize::try_from(place).unwrap_or(usize::MAX).min(all.len());
    let limit = limit as usize;
    match cursor {
        Cursor::After(place) => all.iter().skip(index(place)).take(limit).cloned().collect(),
        Cursor::Before(place) => {
            let before = index(place.saturating_sub(1));
            all.iter().take(before).rev().take(limit).cloned().collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{EventName, Payload, SchemaVersion};
    use crate::metadata::Metadata;
    use crate::recorded::{NewEvent, RawEvent};
    use crate::stream::{Category, ExpectedVersion, StreamKey};

    /// As if the clock had gone back by a day since the first event.
    #[tokio::test]
    async fn time_does_not_go_back_along_a_stream_when_the_clock_does() {
        let store = MemoryStore::new();
        let append = || {
            let stream =
                StreamId::new(Category::new("account").unwrap(), StreamKey::new("ada").unwrap());
            let name = EventName::new("opened").unwrap();
            let raw = RawEvent::new(name, SchemaVersion(1), Payload::parse("{}").unwrap());
            let new = NewEvent::new(raw, Metadata::default());
            Append::to(stream, ExpectedVersion::Any, vec![new]).unwrap()
        };
        store.append(append()).await.unwrap();
        let tomorrow = Timestamp::from_unix_micros(Timestamp::now().unix_micros() + 86_400_000_000);
        store.shared.write().unwrap().log[0].recorded_at = tomorrow;

        let appended = store.append(append()).await.unwrap();

        assert_eq!(appended.streams[0].recorded_at, tomorrow);
    }
}
