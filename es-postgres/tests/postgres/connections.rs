//! What the store keeps of a pool, and what it leaves to others.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use es_core::prelude::*;
use es_postgres::PgStore;
use es_postgres::sqlx::postgres::PgPoolOptions;
use es_postgres::sqlx::{self, PgPool};
use futures_util::FutureExt;
use tokio::time::timeout;

use crate::support::{Fixture, append, exact, fixture};

/// Far longer than anything here takes, on however slow a machine.
const PATIENCE: Duration = Duration::from_mins(1);

async fn pool(fixture: &Fixture, connections: u32) -> PgPool {
    let options = PgPoolOptions::new().max_connections(connections).test_before_acquire(false);
    options.connect(fixture.database.url()).await.unwrap()
}

#[tokio::test]
async fn an_append_after_an_append_goes_out_on_the_same_connection() {
    let fixture = fixture().await;
    let pool = pool(&fixture, 4).await;
    let store = PgStore::new(pool.clone());

    // The first append is still on its way back to the pool, if it goes there, when the second comes.
    for nth in 0..20 {
        store.append(append(&nth.to_string(), ExpectedVersion::NoStream, 1)).await.unwrap();
    }

    assert_eq!(pool.size(), 1);
}

#[tokio::test]
async fn what_is_not_used_goes_back_to_the_pool() {
    let fixture = fixture().await;
    let pool = pool(&fixture, 4).await;
    let store = PgStore::new(pool.clone());
    store.append(append("a", ExpectedVersion::NoStream, 1)).await.unwrap();
    assert_eq!(pool.num_idle(), 0, "kept at hand");

    let back = async {
        while pool.num_idle() == 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };

    timeout(PATIENCE, back).await.unwrap();
}

/// With what the store keeps, it could go on for ever while the service waits: it lets go of it.
#[tokio::test(flavor = "multi_thread")]
async fn a_service_gets_every_connection_while_the_store_is_busy() {
    let fixture = fixture().await;
    let pool = pool(&fixture, 4).await;
    let all = || async { [pool.acquire().await, pool.acquire().await, pool.acquire().await] };
    drop((all().await, pool.acquire().await.unwrap()));
    let store = PgStore::new(pool.clone());
    let appended = Arc::new(AtomicU64::new(0));
    let counter = appended.clone();
    let busy = tokio::spawn(async move {
        for nth in 0.. {
            store.append(append(&format!("s{nth}"), ExpectedVersion::NoStream, 1)).await.unwrap();
            counter.fetch_add(1, Ordering::Relaxed);
        }
    });

    for _ in 0..50 {
        let three = all().await;
        let before = appended.load(Ordering::Relaxed);
        let last = timeout(PATIENCE, pool.acquire()).await.unwrap().unwrap();
        let meanwhile = appended.load(Ordering::Relaxed) - before;
        assert!(meanwhile <= 8, "{meanwhile} appends while the service waited");
        drop((three, last));
    }

    assert!(!busy.is_finished());
    busy.abort();
}

#[tokio::test]
async fn a_pool_closes_although_the_store_keeps_a_connection() {
    let fixture = fixture().await;
    let pool = pool(&fixture, 4).await;
    let store = PgStore::new(pool.clone());
    store.append(append("a", ExpectedVersion::NoStream, 1)).await.unwrap();

    timeout(PATIENCE, pool.close()).await.unwrap();

    assert!(store.append(append("b", ExpectedVersion::NoStream, 1)).await.is_err());
}

/// A service ends as it likes: the store may be the last thing that it drops.
#[test]
fn a_store_may_outlive_its_runtime() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let (fixture, store) = runtime.block_on(async {
        let fixture = fixture().await;
        let store = PgStore::new(pool(&fixture, 4).await);
        store.append(append("a", ExpectedVersion::NoStream, 1)).await.unwrap();
        (fixture, store)
    });

    std::thread::spawn(move || drop(store)).join().unwrap();

    runtime.block_on(async move { drop(fixture) });
}

#[test]
fn a_store_serves_one_runtime_after_another() {
    let home = tokio::runtime::Runtime::new().unwrap();
    let (fixture, store) = home.block_on(async {
        let fixture = fixture().await;
        let store = PgStore::new(pool(&fixture, 4).await);
        (fixture, store)
    });

    for nth in 0..3 {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let append = append(&nth.to_string(), ExpectedVersion::NoStream, 1);
        runtime.block_on(store.append(append)).unwrap();
    }

    home.block_on(async move { drop((store, fixture)) });
}

/// What happens to a service that drops the future of `begin`, on a pool without hooks: the connection
/// comes back inside of a transaction that nobody will commit. Or of one that has failed.
#[tokio::test]
async fn an_append_is_never_lost_in_a_transaction_that_the_service_forgot() {
    let fixture = fixture().await;
    let pool = pool(&fixture, 1).await;
    let store = PgStore::new(pool.clone());

    for round in 0..6 {
        let mut connection = pool.acquire().await.unwrap();
        sqlx::query("BEGIN").execute(&mut *connection).await.unwrap();
        if round % 2 == 1 {
            sqlx::query("SELECT 1 / 0").execute(&mut *connection).await.unwrap_err();
        }
        drop(connection);

        store.append(append("a", exact(round), 1)).await.unwrap();

        // Asked on another connection.
        assert_eq!(fixture.versions("a").await.last().copied(), Some(round + 1));
    }
}

/// The server ends the session that is kept: it costs the call that meets it, and no other.
#[tokio::test]
async fn a_connection_that_failed_is_not_kept() {
    let fixture = fixture().await;
    let pool = pool(&fixture, 4).await;
    let store = PgStore::new(pool.clone());
    let end_others = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity \
                      WHERE datname = current_database() AND pid <> pg_backend_pid()";
    let mut admin = fixture.pool.acquire().await.unwrap();
    let mut lost = 0;

    for nth in 0..20 {
        store.append(append(&format!("a{nth}"), exact(0), 1)).await.unwrap();
        while sqlx::query_scalar::<_, i64>(end_others).fetch_one(&mut *admin).await.unwrap() > 0 {}

        let first = store.append(append(&format!("b{nth}"), exact(0), 1)).await;
        let next = store.append(append(&format!("c{nth}"), exact(0), 1)).await;

        lost += usize::from(first.is_err());
        next.unwrap();
    }

    assert!(lost > 0, "connections were kept at hand");
}

/// The service waits for a connection while the store has one of two. When the store is done with it,
/// it is the service's, whatever else the store has to do.
#[tokio::test]
async fn nothing_is_kept_of_a_pool_that_somebody_waits_for() {
    let fixture = fixture().await;
    let pool = pool(&fixture, 2).await;
    let store = PgStore::new(pool.clone());
    let mut busy = fixture.pool.begin().await.unwrap();
    fixture.store.append_within(&mut busy, append("a", exact(0), 1)).await.unwrap();
    let one = pool.acquire().await.unwrap();
    let appending = tokio::spawn(async move {
        store.append(append("a", ExpectedVersion::Any, 1)).await.unwrap();
        store.append(append("b", exact(0), 1)).await.unwrap();
    });
    fixture.until_waiting(1).await;
    let mut waiting = Box::pin(pool.acquire());
    assert!(waiting.as_mut().now_or_never().is_none());

    busy.commit().await.unwrap();
    let other = timeout(PATIENCE, waiting).await.unwrap().unwrap();

    assert!(fixture.versions("b").await.is_empty(), "its next append waits behind the service");
    drop((one, other));
    timeout(PATIENCE, appending).await.unwrap().unwrap();
}

/// Connections that are kept and not used go to whoever waits, long before they would go back by themselves.
#[tokio::test]
async fn a_service_that_waits_gets_what_the_store_does_not_use() {
    let fixture = fixture().await;
    let mut shortest = Duration::MAX;

    for nth in 0..20 {
        let pool = pool(&fixture, 2).await;
        let store = PgStore::new(pool.clone());
        store.append(append(&nth.to_string(), exact(0), 1)).await.unwrap();
        let one = pool.acquire().await.unwrap();
        let begun = std::time::Instant::now();
        let other = timeout(PATIENCE, pool.acquire()).await.unwrap().unwrap();
        shortest = shortest.min(begun.elapsed());
        drop((one, other));
        pool.close().await;
    }

    assert!(shortest < Duration::from_millis(60), "{shortest:?}");
}
