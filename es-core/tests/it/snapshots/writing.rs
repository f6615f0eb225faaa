//! Snapshots are written beside the answers, and never in their way.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use es_core::prelude::*;
use es_core::{Fingerprint, Snapshot, SnapshotPage, StoreError, StoreErrorKind};
use tokio::sync::Notify;

use super::order::*;
use crate::fixture;
use crate::watched::Watcher;

#[tokio::test]
async fn a_snapshot_is_written_at_each_multiple_and_the_newest_are_kept() {
    let store = MemoryStore::new();
    let orders = orders(&store);

    for version in 1..=15 {
        let done = orders.execute(add(1)).await.unwrap();
        let last = version / 5 * 5;
        if last > 0 {
            let snapshot = snapshot_at(&store, last).await;
            if version == last {
                assert_eq!(snapshot.state, serde_json::to_string(&done.state).unwrap());
                assert_eq!(Some(snapshot.position), done.position());
            }
        } else {
            settle().await;
            assert_eq!(newest(&store).await, None);
        }
    }

    let older = store.snapshot_page(&stream(), shape(), Version(14), 0).await.unwrap();
    assert_eq!(older.snapshot.unwrap().version, Version(10));
    let oldest = store.snapshot_page(&stream(), shape(), Version(9), 0).await.unwrap();
    assert_eq!(oldest.snapshot, None);
}

#[tokio::test]
async fn an_append_that_passes_a_multiple_writes_one_too() {
    let store = MemoryStore::new();

    orders(&store).execute(AddMany { order: id(), articles: 7 }).await.unwrap();

    snapshot_at(&store, 7).await;
}

#[tokio::test]
async fn a_state_that_does_not_come_back_as_it_was_is_not_kept() {
    let store = MemoryStore::new();
    append(&store, &history(2, 3)).await;
    let watcher = Watcher::default();
    let _guard = watcher.watch();
    let orders = orders(&store);

    for _ in 0..6 {
        orders.execute(add(NO_NUMBER)).await.unwrap();
        settle().await;
    }

    assert_eq!(newest(&store).await, None);
    assert_eq!(
        watcher.warnings(),
        ["no snapshot was written; the events of the stream are read as before"],
        "one for the multiple of five that was passed"
    );
}

/// A store whose snapshots wait, fail or must not be asked for.
#[derive(Clone, Default)]
struct Faulty {
    inner: MemoryStore,
    fails: Arc<AtomicBool>,
    waits: Arc<AtomicBool>,
    go_on: Arc<Notify>,
    begun: Arc<AtomicU32>,
    asked: Arc<AtomicU32>,
}

impl es_core::EventStoreDecorator for Faulty {
    type Inner = MemoryStore;

    fn inner(&self) -> &MemoryStore {
        &self.inner
    }

    async fn snapshot_page(
        &self,
        stream: &StreamId,
        shape: Fingerprint,
        at_most: Version,
        limit: u32,
    ) -> Result<SnapshotPage, StoreError> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        self.inner.snapshot_page(stream, shape, at_most, limit).await
    }

    async fn save_snapshot(
        &self,
        stream: &StreamId,
        snapshot: Snapshot,
        keep: u32,
    ) -> Result<(), StoreError> {
        self.begun.fetch_add(1, Ordering::Relaxed);
        if self.waits.load(Ordering::Relaxed) {
            self.go_on.notified().await;
        }
        if self.fails.load(Ordering::Relaxed) {
            return Err(StoreError::new(StoreErrorKind::Unavailable, "no room for snapshots"));
        }
        self.inner.save_snapshot(stream, snapshot, keep).await
    }
}

#[tokio::test]
async fn a_slow_snapshot_is_in_nobodys_way_and_never_a_second_of_its_stream() {
    let store = Faulty::default();
    store.waits.store(true, Ordering::Relaxed);
    let orders = orders(&store);

    for _ in 0..23 {
        orders.execute(add(1)).await.unwrap();
        settle().await;
    }

    assert_eq!(store.begun.load(Ordering::Relaxed), 1);
    assert_eq!(newest(&store.inner).await, None);
    store.waits.store(false, Ordering::Relaxed);
    store.go_on.notify_one();
    snapshot_at(&store.inner, 5).await;
    orders.execute(add(1)).await.unwrap();
    snapshot_at(&store.inner, 23).await;
}

#[tokio::test]
async fn few_snapshots_are_written_at_once() {
    let store = Faulty::default();
    store.waits.store(true, Ordering::Relaxed);
    let orders = orders(&store);

    for nth in 0..20 {
        orders.execute(AddMany { order: format!("o-{nth}"), articles: 5 }).await.unwrap();
    }

    settle().await;
    assert_eq!(store.begun.load(Ordering::Relaxed), 4);
}

#[tokio::test]
async fn a_snapshot_that_fails_is_one_warning_until_the_next_multiple() {
    let store = Faulty::default();
    store.fails.store(true, Ordering::Relaxed);
    let watcher = Watcher::default();
    let _guard = watcher.watch();
    let orders = orders(&store);

    for _ in 0..9 {
        orders.execute(add(1)).await.unwrap();
        settle().await;
    }
    assert_eq!(watcher.warnings().len(), 1, "{:?}", watcher.warnings());
    store.fails.store(false, Ordering::Relaxed);
    orders.execute(add(1)).await.unwrap();

    snapshot_at(&store.inner, 10).await;
}

#[tokio::test]
async fn an_aggregate_without_snapshots_never_asks_for_one() {
    let store = Faulty::default();
    let accounts = fixture::accounts(&store);
    accounts.execute(fixture::open(fixture::ada())).await.unwrap();

    for cents in 1..20 {
        accounts.execute(fixture::deposit(fixture::ada(), cents)).await.unwrap();
        settle().await;
    }

    assert_eq!(store.asked.load(Ordering::Relaxed), 0);
    assert_eq!(store.begun.load(Ordering::Relaxed), 0);
}
