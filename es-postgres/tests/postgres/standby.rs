//! The log, read from a standby that replicates for real.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::Duration;

use es_core::prelude::*;
use es_core::{AppendError, StoreError, StoreErrorKind};
use es_postgres::sqlx::{self, PgPool};
use es_postgres::{PgStore, PgStoreOptions};
use test_servers::TestServer;

use crate::log_order::{naive_reader, writer};
use crate::support::{Dice, append, exact, stream};

/// Fields are dropped in this order.
struct Replicated {
    /// Writes to the primary, and reads the log from the standby.
    store: PgStore,
    primary_pool: PgPool,
    standby_pool: PgPool,
    standby: TestServer,
    primary: TestServer,
}

async fn pool_of(server: &TestServer) -> PgPool {
    PgStore::pool_options().connect(&server.url("postgres")).await.unwrap()
}

async fn replicated() -> Replicated {
    let primary = TestServer::start();
    let primary_pool = pool_of(&primary).await;
    PgStore::new(primary_pool.clone()).migrate().await.unwrap();
    let standby = primary.standby();
    let standby_pool = pool_of(&standby).await;
    let store = PgStore::with_options(
        primary_pool.clone(),
        PgStoreOptions::new().with_log_replica(standby_pool.clone()),
    );
    Replicated { store, primary_pool, standby_pool, standby, primary }
}

impl Replicated {
    async fn put(&self, key: &str, events: usize) -> Position {
        let append = append(key, ExpectedVersion::Any, events);
        self.store.append(append).await.unwrap().position().unwrap()
    }

    async fn on_standby(&self, statement: &'static str) {
        sqlx::query(statement).execute(&self.standby_pool).await.unwrap();
    }

    /// Returns when the standby replays nothing any more.
    async fn pause(&self) {
        self.on_standby("SELECT pg_wal_replay_pause()").await;
        let paused = "SELECT pg_get_wal_replay_pause_state() = 'paused'";
        while !sqlx::query_scalar::<_, bool>(paused).fetch_one(&self.standby_pool).await.unwrap() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }

    /// Everything that the standby serves, once it has come so far.
    async fn until_safe(&self, position: Position) -> Vec<Position> {
        for _ in 0..30_000 {
            let page = self.store.log_page(Cursor::START, 10_000).await.unwrap();
            if page.safe >= position {
                return page.events.iter().map(|event| event.position).collect();
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        panic!("the standby does not get to {position}");
    }

    async fn refusal(&self) -> String {
        for _ in 0..30_000 {
            match self.store.log_page(Cursor::START, 1).await {
                Err(error) if error.kind() == StoreErrorKind::Unsupported => return why(&error),
                // A promotion cuts nobody off, but a connection may be in the way of it.
                Ok(_) | Err(_) => tokio::time::sleep(Duration::from_millis(2)).await,
            }
        }
        panic!("it is never refused");
    }
}

fn why(error: &StoreError) -> String {
    std::error::Error::source(error).unwrap().to_string()
}

/// The follower of the standby sees every event once and in order, while writers pause inside of
/// transactions and roll back, and the standby stops and goes on. The reader that asks the standby
/// for whatever is greater than what it has loses at least the event that is held back until it has
/// read past it.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_follower_of_the_standby_loses_nothing() {
    let replicated = replicated().await;
    let over = Arc::new(AtomicBool::new(false));
    let naive_at = Arc::new(AtomicI64::new(0));
    let naive =
        tokio::spawn(naive_reader(replicated.standby_pool.clone(), naive_at.clone(), over.clone()));
    let follower = tokio::spawn(follow(replicated.store.clone(), over.clone()));
    let mut held = replicated.primary_pool.begin().await.unwrap();
    replicated.store.append_within(&mut held, append("held", exact(0), 1)).await.unwrap();
    let writers: Vec<_> = (0..4)
        .map(|nth| {
            tokio::spawn(writer(replicated.store.clone(), replicated.primary_pool.clone(), nth))
        })
        .collect();

    let later = replicated.put("later", 1).await;
    while u64::try_from(naive_at.load(Ordering::SeqCst)).unwrap() < later.0 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    held.commit().await.unwrap();
    let mut dice = Dice(0x5eed);
    while !writers.iter().all(tokio::task::JoinHandle::is_finished) {
        replicated.on_standby("SELECT pg_wal_replay_pause()").await;
        tokio::time::sleep(Duration::from_millis(dice.below(40))).await;
        replicated.on_standby("SELECT pg_wal_replay_resume()").await;
        tokio::time::sleep(Duration::from_millis(dice.below(20))).await;
    }
    for writer in writers {
        writer.await.unwrap();
    }
    let last = replicated.put("last", 1).await;
    let all = replicated.until_safe(last).await;
    over.store(true, Ordering::SeqCst);

    let truth: Vec<i64> = sqlx::query_scalar("SELECT position FROM es.events ORDER BY position")
        .fetch_all(&replicated.primary_pool)
        .await
        .unwrap();
    let truth: Vec<_> = truth.into_iter().map(|at| Position(u64::try_from(at).unwrap())).collect();
    assert_eq!(all, truth);
    assert_eq!(follower.await.unwrap(), truth);
    let seen = naive.await.unwrap();
    assert!(seen.len() < truth.len(), "the naive reader proves that this run can lose");
}

async fn follow(store: PgStore, over: Arc<AtomicBool>) -> Vec<Position> {
    let mut seen = Vec::new();
    let mut checkpoint = Position::START;
    loop {
        let last_round = over.load(Ordering::SeqCst);
        let page = store.log_page(Cursor::After(checkpoint), 50).await.unwrap();
        seen.extend(page.events.iter().map(|event| event.position));
        // Where the page ends, and where it says to be complete: both are good to go on from.
        let full = page.events.len() == 50;
        checkpoint = seen.last().copied().filter(|_| full).unwrap_or(page.safe).max(checkpoint);
        if last_round && page.events.is_empty() {
            return seen;
        }
    }
}

/// What is safe on the primary is not there yet: without the primary's word on how much it had
/// written, the page would say to be complete and lack five events.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_standby_that_lags_says_less_and_loses_nothing() {
    let replicated = replicated().await;
    let first = replicated.put("a", 3).await;
    replicated.until_safe(first).await;

    replicated.pause().await;
    let later = replicated.put("b", 5).await;
    let primary = PgStore::new(replicated.primary_pool.clone());
    let there = primary.log_page(Cursor::START, 100).await.unwrap();
    let lagging = replicated.store.log_page(Cursor::START, 100).await.unwrap();
    let naive: i64 = sqlx::query_scalar("SELECT count(*) FROM es.events WHERE position <= $1")
        .bind(i64::try_from(there.safe.0).unwrap())
        .fetch_one(&replicated.standby_pool)
        .await
        .unwrap();
    replicated.on_standby("SELECT pg_wal_replay_resume()").await;
    let all = replicated.until_safe(later).await;

    assert_eq!((there.safe, there.events.len(), naive), (later, 8, 3));
    assert_eq!((lagging.safe, lagging.events.len(), lagging.head), (first, 3, later));
    assert_eq!(all.len(), 8);
}

/// A store that has just begun has heard of no place that the standby has reached.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_standby_that_does_not_come_on_is_believed_in_nothing() {
    let replicated = replicated().await;
    let first = replicated.put("a", 3).await;
    replicated.until_safe(first).await;
    replicated.pause().await;
    replicated.put("b", 5).await;
    let begun = PgStore::with_options(
        replicated.primary_pool.clone(),
        PgStoreOptions::new().with_log_replica(replicated.standby_pool.clone()),
    );

    let page = begun.log_page(Cursor::START, 100).await.unwrap();
    replicated.on_standby("SELECT pg_wal_replay_resume()").await;

    assert_eq!((page.safe, page.events.len()), (Position::START, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_first_page_waits_for_the_standby() {
    let replicated = replicated().await;
    let last = replicated.put("a", 3).await;

    let page = replicated.store.log_page(Cursor::START, 9).await.unwrap();

    assert_eq!((page.safe, page.events.len()), (last, 3));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_standby_alone_is_refused_the_log_and_serves_streams() {
    let replicated = replicated().await;
    let last = replicated.put("a", 3).await;
    replicated.until_safe(last).await;
    let alone = PgStore::new(replicated.standby_pool.clone());

    let log = alone.log_page(Cursor::START, 9).await.unwrap_err();
    let events = alone.stream_page(&stream("a"), Cursor::START, 9).await.unwrap();
    let append = alone.append(append("a", exact(3), 1)).await.unwrap_err();

    assert_eq!(log.kind(), StoreErrorKind::Unsupported);
    assert!(why(&log).contains("with_log_replica"));
    assert_eq!(events.len(), 3);
    let AppendError::Store(append) = append else { panic!("{append:?}") };
    assert_eq!((append.kind(), append.is_transient()), (StoreErrorKind::ReadOnly, false));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_promoted_standby_is_told_apart() {
    let replicated = replicated().await;
    let last = replicated.put("a", 3).await;
    replicated.until_safe(last).await;

    replicated.standby.promote();
    let refused = replicated.refusal().await;
    // The failover goes on: the promoted one is the primary now.
    let store = PgStore::new(replicated.standby_pool.clone());
    let before = store.log_page(Cursor::START, 9).await.unwrap();
    store.begin_incarnation().await.unwrap();
    store.append(append("a", exact(3), 1)).await.unwrap();
    let page = store.log_page(Cursor::After(before.safe), 9).await.unwrap();

    assert!(refused.contains("promoted"), "{refused}");
    assert_eq!(page.events.len(), 1);
    assert_ne!(page.incarnation, before.incarnation);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_standby_of_another_log_is_told_apart() {
    let ours = replicated().await;
    let other = TestServer::start();
    let other_pool = pool_of(&other).await;
    PgStore::new(other_pool.clone()).migrate().await.unwrap();
    PgStore::new(other_pool.clone()).append(append("x", exact(0), 9)).await.unwrap();
    let mixed = Replicated {
        store: PgStore::with_options(
            other_pool,
            PgStoreOptions::new().with_log_replica(ours.standby_pool.clone()),
        ),
        ..ours
    };
    // As much as it takes for the places in the two logs to meet.
    sqlx::query("CREATE TABLE filler AS SELECT generate_series(1, 200000) AS n")
        .execute(&mixed.primary_pool)
        .await
        .unwrap();

    let refused = mixed.refusal().await;

    assert!(refused.contains("follows another one"), "{refused}");
    drop(mixed.primary);
}
