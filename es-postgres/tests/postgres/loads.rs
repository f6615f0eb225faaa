//! Loads that meet go out together, and each has its own answer.

use std::task::Poll;
use std::time::Duration;

use es_core::prelude::*;
use es_core::{RecordedEvent, StoreError};
use es_postgres::sqlx::pool::PoolConnection;
use es_postgres::sqlx::postgres::PgPoolOptions;
use es_postgres::sqlx::{self, PgPool, Postgres};
use es_postgres::{PgStore, PgStoreOptions};
use tokio::task::JoinHandle;

use crate::support::{Fixture, fixture, stream};

/// A store whose only connection is taken: loads pile up until it is given back.
struct Held {
    fixture: Fixture,
    pool: PgPool,
    store: PgStore,
    connection: PoolConnection<Postgres>,
}

async fn held() -> Held {
    held_with(PgStoreOptions::new()).await
}

async fn held_with(options: PgStoreOptions) -> Held {
    let fixture = fixture().await;
    let pool =
        PgPoolOptions::new().max_connections(1).connect(fixture.database.url()).await.unwrap();
    let store = PgStore::with_options(pool.clone(), options);
    let connection = pool.acquire().await.unwrap();
    Held { fixture, pool, store, connection }
}

type Answer = Result<Vec<RecordedEvent>, StoreError>;

impl Held {
    /// A load that has begun when this returns.
    async fn load(&self, key: &str, after: u64, limit: u32) -> JoinHandle<Answer> {
        let (store, stream) = (self.store.clone(), stream(key));
        let load = tokio::spawn(async move {
            store.stream_page(&stream, Cursor::After(Version(after)), limit).await
        });
        // The test's runtime has one thread: the load runs until it waits.
        tokio::task::yield_now().await;
        load
    }
}

/// What the store did last.
async fn last_statement(fixture: &Fixture) -> String {
    sqlx::query_scalar(
            "SELECT query FROM pg_stat_activity
              WHERE datname = current_database() AND query LIKE '%Leans on%' AND pid <> pg_backend_pid()
              ORDER BY query_start DESC LIMIT 1",
        )
        .fetch_one(&fixture.pool)
        .await
        .unwrap()
}

async fn versions(load: JoinHandle<Answer>) -> Vec<u64> {
    let events = load.await.unwrap().unwrap();
    events.iter().map(|event| event.version.0).collect()
}

#[tokio::test]
async fn loads_that_wait_go_out_together_and_each_has_its_own_events() {
    let held = held().await;
    held.fixture.put("short", ExpectedVersion::Any, 3).await.unwrap();
    held.fixture.put("long", ExpectedVersion::Any, 200).await.unwrap();
    let first = [held.load("short", 0, 500).await, held.load("short", 0, 500).await];

    let whole = held.load("short", 0, 500).await;
    let tail = held.load("short", 2, 500).await;
    let beginning = held.load("short", 0, 2).await;
    let long = held.load("long", 10, 500).await;
    let part_of_long = held.load("long", 0, 100).await;
    let missing = held.load("missing", 0, 500).await;
    drop(held.connection);

    for load in first {
        assert_eq!(versions(load).await, [1, 2, 3]);
    }
    assert_eq!(versions(whole).await, [1, 2, 3]);
    assert_eq!(versions(tail).await, [3]);
    assert_eq!(versions(beginning).await, [1, 2]);
    assert_eq!(versions(long).await, (11..=200).collect::<Vec<_>>());
    assert_eq!(versions(part_of_long).await, (1..=100).collect::<Vec<_>>());
    assert_eq!(versions(missing).await, [] as [u64; 0]);
}

#[tokio::test]
async fn what_waits_is_one_statement() {
    let held = held().await;
    held.fixture.put("short", ExpectedVersion::Any, 3).await.unwrap();
    let mut loads = Vec::new();
    for _ in 0..20 {
        loads.push(held.load("short", 0, 500).await);
    }

    drop(held.connection);
    for load in loads {
        assert_eq!(versions(load).await, [1, 2, 3]);
    }

    let last = last_statement(&held.fixture).await;
    assert!(last.contains("loads that met"), "{last}");
}

#[tokio::test]
async fn without_coalesced_loads_each_is_a_statement() {
    let held = held_with(PgStoreOptions::new().without_coalesced_loads()).await;
    held.fixture.put("short", ExpectedVersion::Any, 3).await.unwrap();
    let mut loads = Vec::new();
    for _ in 0..20 {
        loads.push(held.load("short", 0, 500).await);
    }

    drop(held.connection);
    for load in loads {
        assert_eq!(versions(load).await, [1, 2, 3]);
        let last = last_statement(&held.fixture).await;
        assert!(!last.contains("loads that met"), "{last}");
    }
}

/// Those that one statement has no room for go out with the next.
#[tokio::test]
async fn of_very_many_loads_that_wait_each_is_answered() {
    let held = held().await;
    held.fixture.put("short", ExpectedVersion::Any, 3).await.unwrap();
    let mut loads = Vec::new();
    for _ in 0..150 {
        loads.push(held.load("short", 0, 500).await);
    }

    drop(held.connection);

    for load in loads {
        let answer = tokio::time::timeout(Duration::from_secs(20), load).await.expect("an answer");
        assert_eq!(answer.unwrap().unwrap().len(), 3);
    }
}

#[tokio::test]
async fn folds_that_wait_are_one_statement() {
    let held = held().await;
    held.fixture.put("short", ExpectedVersion::Any, 3).await.unwrap();
    let mut folds = Vec::new();
    for _ in 0..20 {
        let store = held.store.clone();
        folds.push(tokio::spawn(async move {
            store.fold_page(&stream("short"), Version(1), 500).await.unwrap()
        }));
        tokio::task::yield_now().await;
    }

    drop(held.connection);
    for fold in folds {
        let versions: Vec<_> = fold.await.unwrap().iter().map(|event| event.version.0).collect();
        assert_eq!(versions, [2, 3]);
    }

    let last = last_statement(&held.fixture).await;
    assert!(last.contains("what a fold needs: loads that met"), "{last}");
}

/// No fold looks at it.
#[tokio::test]
async fn damaged_metadata_keeps_no_state_from_being_loaded() {
    let fixture = fixture().await;
    fixture.put("damaged", ExpectedVersion::Any, 1).await.unwrap();
    sqlx::query("UPDATE es.events SET metadata = '3'").execute(&fixture.pool).await.unwrap();

    let page = fixture.store.fold_page(&stream("damaged"), Version::NONE, 9).await.unwrap();

    assert_eq!(page[0].version, Version(1));
}

#[tokio::test]
async fn a_damaged_event_harms_no_neighbour() {
    let held = held().await;
    for key in ["whole", "damaged"] {
        held.fixture.put(key, ExpectedVersion::Any, 1).await.unwrap();
    }
    sqlx::query(
        "UPDATE es.events SET metadata = '3'
          WHERE stream = (SELECT id FROM es.streams WHERE key = 'damaged')",
    )
    .execute(&held.fixture.pool)
    .await
    .unwrap();
    let _first = [held.load("whole", 0, 500).await, held.load("whole", 0, 500).await];

    let damaged = held.load("damaged", 0, 500).await;
    let whole = held.load("whole", 0, 500).await;
    drop(held.connection);

    assert_eq!(damaged.await.unwrap().unwrap_err().kind(), es_core::StoreErrorKind::Corrupt);
    assert_eq!(versions(whole).await, [1]);
}

#[tokio::test]
async fn a_load_that_is_dropped_while_it_waits_leaves_nothing_behind() {
    let held = held().await;
    held.fixture.put("short", ExpectedVersion::Any, 3).await.unwrap();
    let mut loads = Vec::new();
    for _ in 0..6 {
        loads.push(held.load("short", 0, 500).await);
    }

    for load in loads.drain(..) {
        load.abort();
        assert!(load.await.unwrap_err().is_cancelled());
    }
    let load = held.load("short", 0, 500).await;
    drop(held.connection);

    assert_eq!(versions(load).await, [1, 2, 3]);
    held.pool.close().await;
}

/// The task that would have read for all goes down with the runtime of the one who called it.
#[tokio::test]
async fn loads_outlive_the_runtime_of_a_neighbour() {
    let held = held().await;
    held.fixture.put("short", ExpectedVersion::Any, 3).await.unwrap();
    let mut loads = vec![held.load("short", 0, 500).await, held.load("short", 0, 500).await];
    let neighbour = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let store = held.store.clone();
    let (waits, waiting) = tokio::sync::oneshot::channel();
    neighbour.spawn(async move {
        let page = stream("short");
        let mut load = std::pin::pin!(store.stream_page(&page, Cursor::<Version>::START, 500));
        let begun = std::future::poll_fn(|cx| Poll::Ready(load.as_mut().poll(cx).is_pending()));
        assert!(begun.await);
        waits.send(()).unwrap();
        let _ = load.await;
    });
    waiting.await.unwrap();

    loads.push(held.load("short", 0, 500).await);
    // When it is gone, the next one finds nobody who would read for it.
    std::thread::spawn(move || drop(neighbour)).join().unwrap();
    loads.push(held.load("short", 0, 500).await);
    drop(held.connection);

    for load in loads {
        let answer = tokio::time::timeout(Duration::from_secs(20), load).await.expect("an answer");
        assert_eq!(answer.unwrap().unwrap().len(), 3);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_load_sees_what_was_acknowledged_before_it() {
    let fixture = fixture().await;
    let mut tasks = tokio::task::JoinSet::new();
    for task in 0..32 {
        let store = fixture.store.clone();
        tasks.spawn(async move {
            let key = format!("k{task}");
            for version in 1..=20 {
                let append = crate::support::append(&key, ExpectedVersion::Any, 1);
                store.append(append).await.unwrap();
                let events =
                    store.stream_page(&stream(&key), Cursor::<Version>::START, 500).await.unwrap();
                assert_eq!(events.len(), version);
            }
        });
    }
    while let Some(done) = tasks.join_next().await {
        done.unwrap();
    }
}
