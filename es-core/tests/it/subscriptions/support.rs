//! A store whose answers a test may change, and the shortest way to events in it.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use es_core::prelude::*;
use es_core::{
    EventName, Incarnation, LogPage, Payload, RawEvent, RecordedEvent, SelectedPage, Selection,
    StoreError, StoreErrorKind, Subscription, SubscriptionError, Timestamp,
};
use futures_util::StreamExt;
use tokio::time::timeout;

/// The interval at which the log is polled.
const POLL: Duration = Duration::from_millis(100);

/// The time of an event, by its position.
type Clock = fn(Position, Timestamp) -> Timestamp;

#[derive(Clone, Debug)]
pub(crate) struct Altered {
    pub(crate) inner: MemoryStore,
    pub(crate) clock: Clock,
    /// What the next pages fail with.
    pub(crate) failures: Arc<Mutex<VecDeque<StoreErrorKind>>>,
    /// Which log it says to be, if another one.
    pub(crate) replaced: Arc<Mutex<Option<Incarnation>>>,
    /// How many pages of a part of the log were asked for.
    pub(crate) pages: Arc<AtomicUsize>,
    /// How many pages of the log were asked for.
    pub(crate) probes: Arc<AtomicUsize>,
}

impl Altered {
    pub(crate) fn new() -> Self {
        Self {
            inner: MemoryStore::new(),
            clock: |_, at| at,
            failures: Arc::default(),
            replaced: Arc::default(),
            pages: Arc::default(),
            probes: Arc::default(),
        }
    }

    fn tell_time(&self, events: &mut [RecordedEvent]) {
        for event in events {
            event.recorded_at = (self.clock)(event.position, event.recorded_at);
        }
    }
}

impl es_core::EventStoreDecorator for Altered {
    type Inner = MemoryStore;

    fn inner(&self) -> &MemoryStore {
        &self.inner
    }

    async fn log_page(&self, cursor: Cursor<Position>, limit: u32) -> Result<LogPage, StoreError> {
        self.probes.fetch_add(1, Ordering::Relaxed);
        let mut page = self.inner.log_page(cursor, limit).await?;
        self.tell_time(&mut page.events);
        Ok(page)
    }

    async fn select_page(
        &self,
        selection: &Selection,
        after: Position,
        limit: u32,
    ) -> Result<SelectedPage, StoreError> {
        self.pages.fetch_add(1, Ordering::Relaxed);
        if let Some(kind) = self.failures.lock().unwrap().pop_front() {
            return Err(StoreError::new(kind, "as the test wants it"));
        }
        let mut page = self.inner.select_page(selection, after, limit).await?;
        self.tell_time(&mut page.events);
        page.incarnation = self.replaced.lock().unwrap().unwrap_or(page.incarnation);
        Ok(page)
    }
}

pub(crate) fn event(name: &str) -> NewEvent {
    let raw = RawEvent::new(
        EventName::new(name).unwrap(),
        SchemaVersion(1),
        Payload::parse("{}").unwrap(),
    );
    NewEvent::new(raw, Metadata::default())
}

pub(crate) fn stream(text: &str) -> StreamId {
    text.parse().unwrap()
}

pub(crate) async fn add(store: &impl EventStore, to: &str, events: Vec<NewEvent>) -> Position {
    let append = Append::to(stream(to), ExpectedVersion::Any, events).unwrap();
    store.append(append).await.unwrap().position().unwrap()
}

/// `count` events of one append.
pub(crate) async fn add_many(store: &impl EventStore, to: &str, count: usize) -> Position {
    add(store, to, (0..count).map(|_| event("counted")).collect()).await
}

/// The next item, which has to come.
pub(crate) async fn next<S: EventStore>(
    events: &mut Subscription<S>,
) -> Result<RecordedEvent, SubscriptionError> {
    let next = timeout(Duration::from_secs(60), events.next()).await;
    next.expect("an item comes").expect("it does not end")
}

/// The positions of the next events.
pub(crate) async fn positions<S: EventStore>(
    events: &mut Subscription<S>,
    count: usize,
) -> Vec<u64> {
    let mut positions = Vec::new();
    while positions.len() < count {
        positions.push(next(events).await.unwrap().position.0);
    }
    positions
}

/// Whether nothing comes for a while.
pub(crate) async fn is_quiet<S: EventStore>(events: &mut Subscription<S>) -> bool {
    timeout(3 * POLL, events.next()).await.is_err()
}
