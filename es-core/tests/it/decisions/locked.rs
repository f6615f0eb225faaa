//! A decision that has its turn at its tags, and what becomes of that.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use es_core::prelude::*;
use es_core::{
    AppendLock, Appended, Locked, LockedStore, NewEvent, Query, QueryPage, RecordedEvent,
    StoreError, StoreErrorKind,
};
use futures_util::FutureExt;
use tokio::time::Instant;

use super::courses::{defined, subscribe, subscribed};

/// A store in which others are faster, and whose locks can be looked at.
#[derive(Clone, Debug, Default)]
struct Contended {
    inner: MemoryStore,
    /// The number of events that others append before each of the next appends.
    others: Arc<Mutex<Vec<usize>>>,
    is_locked: Arc<AtomicBool>,
    /// The page that fails of those that are read through a lock, from 1.
    fails: Arc<AtomicUsize>,
}

impl Contended {
    async fn new(others: impl Into<Vec<usize>>) -> Self {
        let store = Self::default();
        store.put(vec![defined("c1", 10_000).into()]).await;
        *store.others.lock().unwrap() = others.into();
        store
    }

    async fn put(&self, events: Vec<es_core::TaggedEvent>) {
        let new = events.iter().map(|event| event.to_new(Metadata::default()).unwrap());
        let new: Vec<NewEvent> = new.collect();
        let stream = StreamId::new(Category::new("course").unwrap(), StreamKey::new("c1").unwrap());
        let append = Append::to(stream, ExpectedVersion::Any, new).unwrap();
        self.inner.append(append).await.unwrap();
    }
}

impl es_core::EventStoreDecorator for Contended {
    type Inner = MemoryStore;

    fn inner(&self) -> &MemoryStore {
        &self.inner
    }

    async fn append(&self, append: Append) -> Result<Appended, AppendError> {
        let others = self.others.lock().unwrap().pop();
        if let Some(count) = others {
            let other = |nth: usize| subscribed("c1", &format!("{count} {nth}")).into();
            self.put((0..count).map(other).collect()).await;
        }
        self.inner.append(append).await
    }

    async fn lock(&self, draft: &Append, wait: Duration) -> Result<Option<AppendLock>, StoreError> {
        let held = self.inner.lock(draft, wait).await?.unwrap();
        self.is_locked.store(true, Ordering::Relaxed);
        Ok(Some(AppendLock::new(Held { held, fails: Arc::clone(&self.fails) })))
    }
}

/// Others get their turn before each page.
struct Held {
    held: AppendLock,
    fails: Arc<AtomicUsize>,
}

impl LockedStore for Held {
    fn append(&self, append: Append) -> Locked<'_, Result<Appended, AppendError>> {
        Box::pin(self.held.append(append))
    }

    fn stream_page<'a>(
        &'a self,
        stream: &'a StreamId,
        cursor: Cursor<Version>,
        limit: u32,
    ) -> Locked<'a, Result<Vec<RecordedEvent>, StoreError>> {
        Box::pin(self.held.stream_page(stream, cursor, limit))
    }

    fn query_page<'a>(
        &'a self,
        query: &'a Query,
        after: Position,
        limit: u32,
    ) -> Locked<'a, Result<QueryPage, StoreError>> {
        Box::pin(async move {
            tokio::task::yield_now().await;
            if self.fails.load(Ordering::Relaxed) > 0
                && self.fails.fetch_sub(1, Ordering::Relaxed) == 1
            {
                return Err(StoreError::new(StoreErrorKind::Unavailable, "the line is dead"));
            }
            self.held.query_page(query, after, limit).await
        })
    }
}

#[tokio::test(start_paused = true)]
async fn a_decision_that_is_kept_while_it_has_its_turn_keeps_nobody_else_from_theirs() {
    let store = Contended::new([1, 1]).await;
    let decisions = Decisions::new(store.clone());
    let mut kept = Box::pin(decisions.execute(subscribe("c1", "kept")));
    while !store.is_locked.load(Ordering::Relaxed) {
        assert!((&mut kept).now_or_never().is_none());
        tokio::task::yield_now().await;
    }

    let begun = Instant::now();
    store.put(vec![subscribed("c1", "another").into()]).await;

    assert!(begun.elapsed() < Duration::from_secs(1), "{:?}", begun.elapsed());
    kept.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn what_a_lock_has_read_before_it_failed_counts_once() {
    let store = Contended::new([700, 1]).await;
    store.fails.store(2, Ordering::Relaxed);

    let decided = Decisions::new(store.clone()).execute(subscribe("c1", "last")).await;

    assert!(store.is_locked.load(Ordering::Relaxed));
    assert_eq!(store.fails.load(Ordering::Relaxed), 0);
    assert_eq!(decided.unwrap().model.0.taken, 702);
}
