//! The store that lives in the process.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::timeout;
use tracing::Instrument;

use super::events::{Events, page};
use crate::event::placed_event::PlacedEvent;
use crate::event::recorded::RecordedEvent;
use crate::store::append::{Append, Appended};
use crate::store::append_error::AppendError;
use crate::store::append_lock::AppendLock;
use crate::store::cursor::Cursor;
use crate::store::error::StoreError;
use crate::store::event_store::{EventStore, POLL};
use crate::store::page::{LogPage, QueryPage};
use crate::store::query::Query;
use crate::store::request::{AnsweredRequest, NewRequest, RequestKey, RequestMemory};
use crate::store::retag::EventTag;
use crate::store::selection::{SelectedPage, Selection};
use crate::store::snapshot::{Fingerprint, Snapshot, SnapshotPage};
use crate::store::spans;
use crate::stream::{Position, StreamId, Version};
use crate::timestamp::Timestamp;

/// An event store in memory: every guarantee of [`EventStore`] but survival.
///
/// For tests, for examples, and for services that may forget. Safe under threads; clones share
/// their events. Readers do not block one another, an append blocks both for as long as it takes to
/// copy its events. A query looks at every event after its beginning.
#[derive(Clone, Debug, Default)]
pub struct MemoryStore {
    pub(super) shared: Arc<RwLock<Events>>,
    /// The end of the log, for those who wait for more.
    head: watch::Sender<Position>,
    /// The signal that a lock ended, for those whose appends wait for it.
    pub(super) unlocked: watch::Sender<()>,
}

impl MemoryStore {
    /// A store without events.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A panic elsewhere cannot leave the events half changed: nothing in `append` fails after its
    /// checks. So a poisoned lock is taken as it is.
    pub(super) fn read<T>(&self, reader: impl FnOnce(&Events) -> T) -> T {
        reader(&self.shared.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Changes the events, and wakes those who wait at the end of the log if it has grown.
    pub(super) fn write<T>(&self, writer: impl FnOnce(&mut Events) -> T) -> T {
        let mut events = self.shared.write().unwrap_or_else(PoisonError::into_inner);
        let answer = writer(&mut events);
        let head = events.head();
        self.head.send_if_modified(|told| head > std::mem::replace(told, head));
        answer
    }
}

impl EventStore for MemoryStore {
    async fn append(&self, append: Append) -> Result<Appended, AppendError> {
        let span = spans::append(&append);
        let storing =
            self.when_unlocked(append, |events, append| match events.locked_until(&append) {
                Some(until) => Err((append, until)),
                None => Ok(events.append(append)),
            });
        storing.instrument(span).await
    }

    /// An append that others hold the streams of waits, in no particular order.
    async fn lock(&self, draft: &Append, wait: Duration) -> Result<Option<AppendLock>, StoreError> {
        self.lock_for(draft, wait).await.map(Some)
    }

    async fn stream_page(
        &self,
        stream: &StreamId,
        cursor: Cursor<Version>,
        limit: u32,
    ) -> Result<Vec<RecordedEvent>, StoreError> {
        Ok(self.read(|events| events.stream_page(stream, cursor, limit)))
    }

    async fn fold_page(
        &self,
        stream: &StreamId,
        after: Version,
        limit: u32,
    ) -> Result<Vec<PlacedEvent>, StoreError> {
        Ok(self.read(|events| {
            let page = events.page_of(stream, Cursor::After(after), limit);
            let placed = |event: &RecordedEvent| {
                PlacedEvent::new(event.version, event.position, event.event.clone())
            };
            page.map(placed).collect()
        }))
    }

    async fn log_page(&self, cursor: Cursor<Position>, limit: u32) -> Result<LogPage, StoreError> {
        Ok(self.read(|events| {
            let page = page(&events.log, cursor.map(|position| position.0), limit);
            LogPage::new(events.incarnation, page, events.head(), events.head())
        }))
    }

    async fn query_page(
        &self,
        query: &Query,
        after: Position,
        limit: u32,
    ) -> Result<QueryPage, StoreError> {
        Ok(self.read(|events| {
            let found = events.matching(query, after).take(limit as usize).collect();
            QueryPage::new(found, events.head())
        }))
    }

    async fn missing_tag(&self, tags: &[EventTag]) -> Result<Option<EventTag>, StoreError> {
        if self.read(|events| events.declared.are_complete(tags)) {
            return Ok(None);
        }
        Ok(self.write(|events| events.missing_tag(tags)))
    }

    async fn find_request(&self, request: &RequestKey) -> Result<RequestMemory, StoreError> {
        Ok(self.write(|events| events.requests.find(request, Timestamp::now())))
    }

    async fn answer_request(
        &self,
        request: NewRequest,
    ) -> Result<Option<AnsweredRequest>, StoreError> {
        Ok(self.write(|events| events.requests.answer(request)))
    }

    async fn select_page(
        &self,
        selection: &Selection,
        after: Position,
        limit: u32,
    ) -> Result<SelectedPage, StoreError> {
        Ok(self.read(|events| events.select_page(selection, after, limit)))
    }

    async fn log_grown(&self, safe: Position) {
        let mut head = self.head.subscribe();
        // Too late is an answer as well, and the store that could be gone is here.
        let _ = timeout(POLL, head.wait_for(|head| *head > safe)).await;
    }

    async fn snapshot_page(
        &self,
        stream: &StreamId,
        shape: Fingerprint,
        at_most: Version,
        limit: u32,
    ) -> Result<SnapshotPage, StoreError> {
        Ok(self.read(|events| {
            let (snapshot, unusable) = events.newest_snapshot(stream, shape, at_most);
            let after = snapshot.as_ref().map_or(Version::NONE, |found| found.version);
            let page = events.stream_page(stream, Cursor::After(after), limit);
            match unusable {
                Some(unusable) => SnapshotPage::without(unusable, page),
                None => SnapshotPage::new(snapshot, page),
            }
        }))
    }

    async fn save_snapshot(
        &self,
        stream: &StreamId,
        snapshot: Snapshot,
        keep: u32,
    ) -> Result<(), StoreError> {
        self.write(|events| events.save_snapshot(stream, snapshot, keep));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::metadata::Metadata;
    use crate::event::name::{EventName, SchemaVersion};
    use crate::event::payload::Payload;
    use crate::event::recorded::{NewEvent, RawEvent};
    use crate::stream::{Category, ExpectedVersion, StreamKey};

    /// Simulates a clock that has gone back by a day since the first event.
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
