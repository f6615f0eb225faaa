//! Appends of one process wake the readers of another.

use std::time::Duration;

use es_core::prelude::*;
use es_postgres::sqlx::PgPool;
use es_postgres::sqlx::postgres::{PgListener, PgPoolOptions};
use es_postgres::{PgStore, PgStoreOptions};
use tokio::time::{Instant, timeout};

use crate::growth::{safe, usual_wait};
use crate::support::{Fixture, append, fixture};

/// The interval at which the log is polled.
const POLL: Duration = Duration::from_millis(100);

const LISTENERS: &str = "SELECT count(*) FROM pg_stat_activity \
                         WHERE datname = current_database() AND query LIKE 'LISTEN%'";

/// A store with a pool of its own, as in another process.
async fn another(fixture: &Fixture) -> PgStore {
    PgStore::with_options(
        PgPool::connect(fixture.database.url()).await.unwrap(),
        PgStoreOptions::new().with_notifications(),
    )
}

/// A store that listens.
async fn listening(fixture: &Fixture) -> PgStore {
    let store = another(fixture).await;
    let end = safe(&store).await;
    let _ = timeout(POLL / 10, store.log_grown(end)).await;
    fixture.until(LISTENERS, 1).await;
    store
}

#[tokio::test(flavor = "multi_thread")]
async fn an_append_of_another_process_wakes_at_once() {
    let fixture = fixture().await;
    let (reader, writer) = (listening(&fixture).await, another(&fixture).await);

    let wait = usual_wait(&reader, &writer).await;

    assert!(wait < POLL / 2, "{wait:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_listener_that_is_lost_comes_back_and_readers_go_on_meanwhile() {
    let fixture = fixture().await;
    let reader = listening(&fixture).await;
    let mute = &fixture.store;

    let kill = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity \
                WHERE datname = current_database() AND query LIKE 'LISTEN%'";
    assert_eq!(fixture.number(kill).await, 1);
    let wait = usual_wait(&reader, mute).await;
    fixture.until(LISTENERS, 1).await;
    let told = usual_wait(&reader, &another(&fixture).await).await;

    assert!(wait < 5 * POLL, "{wait:?}");
    assert!(told < POLL / 2, "{told:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn many_appends_are_told_together() {
    let fixture = fixture().await;
    let mut heard = PgListener::connect(fixture.database.url()).await.unwrap();
    heard.listen("es_log").await.unwrap();
    let writer = another(&fixture).await;

    let begun = Instant::now();
    for _ in 0..200 {
        writer.append(append("a", ExpectedVersion::Any, 1)).await.unwrap();
    }
    let intervals = begun.elapsed().as_millis() / 5;
    let mut notifications = 0;
    loop {
        let told = heard.recv().await.unwrap();
        notifications += 1;
        if told.payload() == "200" {
            break;
        }
    }

    assert!(notifications <= intervals + 2, "{notifications} in {intervals} intervals");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_is_dropped_listens_no_more() {
    let fixture = fixture().await;
    let store = listening(&fixture).await;

    drop(store);

    fixture.until(LISTENERS, 0).await;
}

/// The pool of the service has one connection, and that is free.
#[tokio::test(flavor = "multi_thread")]
async fn listening_takes_no_connection_from_the_pool() {
    let fixture = fixture().await;
    let options = PgPoolOptions::new().max_connections(1);
    let pool = options.connect(fixture.database.url()).await.unwrap();
    let store = PgStore::with_options(pool.clone(), PgStoreOptions::new().with_notifications());
    let end = safe(&store).await;
    let _ = timeout(POLL / 10, store.log_grown(end)).await;
    fixture.until(LISTENERS, 1).await;

    let taken = timeout(Duration::from_secs(10), pool.acquire()).await;

    assert!(taken.unwrap().is_ok());
}
