//! Appends of the store beside transactions of the service that hold what they need.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use es_core::prelude::*;
use es_core::{AppendError, Condition, Query, StoreErrorKind};
use es_postgres::sqlx::postgres::{PgConnectOptions, PgPoolOptions, PgSslMode};
use es_postgres::sqlx::{Executor, PgPool, PgTransaction};
use es_postgres::{PgStore, PgStoreOptions};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use crate::support::{Fixture, append, fixture, item, stream};

/// Each of four tasks holds the stream for 400 ms, again and again: one waits for 1.6 seconds in its turn.
#[tokio::test(flavor = "multi_thread")]
async fn an_append_gets_a_stream_that_transactions_of_the_service_hold_in_turn() {
    let fixture = fixture().await;
    let over = Arc::new(AtomicBool::new(false));
    let mut holders = JoinSet::new();
    for _ in 0..4 {
        let (pool, store, over) = (fixture.pool.clone(), fixture.store.clone(), over.clone());
        holders.spawn(async move {
            while !over.load(Ordering::Relaxed) {
                let mut tx = pool.begin().await.unwrap();
                let one = append("a", ExpectedVersion::Any, 1);
                store.append_within(&mut tx, one).await.unwrap();
                sleep(Duration::from_millis(400)).await;
                tx.commit().await.unwrap();
            }
        });
    }
    fixture.until_waiting(3).await;

    let mine = fixture.put("a", ExpectedVersion::Any, 1);
    let answer = timeout(Duration::from_secs(15), mine).await;
    over.store(true, Ordering::Relaxed);
    holders.join_all().await;

    answer.expect("its turn comes").unwrap();
}

const SESSIONS: &str = "SELECT count(*) FROM pg_stat_activity \
                        WHERE datname = current_database() AND application_name = 'service'";

/// A pool of the service, which its sessions are told by.
async fn pool_of(fixture: &Fixture, options: PgPoolOptions) -> PgPool {
    let address: PgConnectOptions = fixture.database.url().parse().unwrap();
    options.connect_with(address.application_name("service")).await.unwrap()
}

/// Open transactions of the service, so many.
async fn hold(pool: &PgPool, transactions: u32) -> Vec<PgTransaction<'static>> {
    let mut held = Vec::new();
    for _ in 0..transactions {
        let mut transaction = pool.begin().await.unwrap();
        transaction.execute("SELECT 1").await.unwrap();
        held.push(transaction);
    }
    held
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_is_answered_while_the_service_holds_the_whole_pool() {
    let fixture = fixture().await;
    let pool = pool_of(&fixture, PgPoolOptions::new().max_connections(30)).await;
    let store = PgStore::new(pool.clone());
    let held = hold(&pool, 30).await;

    let mut calls = JoinSet::new();
    for nth in 0..10 {
        let store = store.clone();
        calls.spawn(async move {
            let key = nth.to_string();
            store.append(append(&key, ExpectedVersion::NoStream, 1)).await.unwrap();
            let page = store.stream_page(&stream(&key), Cursor::<Version>::START, 10).await;
            page.unwrap().len()
        });
    }
    let answers = timeout(Duration::from_secs(10), calls.join_all()).await;

    assert_eq!(answers.expect("the pool's limit is thirty seconds"), [1; 10]);
    assert!(fixture.number(SESSIONS).await <= 32, "two beside the thirty");
    drop(held);
}

/// One transaction holds the whole pool, and those of the store are closed with it.
#[tokio::test(flavor = "multi_thread")]
async fn spare_connections_end_with_the_pool() {
    let fixture = fixture().await;
    let pool = pool_of(&fixture, PgPoolOptions::new().max_connections(1)).await;
    let store = PgStore::new(pool.clone());
    let held = hold(&pool, 1).await;
    store.append(append("a", ExpectedVersion::NoStream, 1)).await.unwrap();
    assert_eq!(fixture.number(SESSIONS).await, 2, "the pool's and a spare");

    drop(held);
    pool.close().await;

    let refused = store.append(append("b", ExpectedVersion::NoStream, 1)).await;
    assert!(matches!(refused, Err(AppendError::Store(_))), "{refused:?}");
    fixture.until(SESSIONS, 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn spare_connections_end_with_the_store() {
    let fixture = fixture().await;
    let pool = pool_of(&fixture, PgPoolOptions::new().max_connections(1)).await;
    let store = PgStore::new(pool.clone());
    let _held = hold(&pool, 1).await;
    store.append(append("a", ExpectedVersion::NoStream, 1)).await.unwrap();

    drop(store);

    fixture.until(SESSIONS, 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_without_spare_connections_waits_for_the_pool() {
    let fixture = fixture().await;
    let options = PgPoolOptions::new().max_connections(1).acquire_timeout(Duration::from_secs(1));
    let pool = pool_of(&fixture, options).await;
    let store =
        PgStore::with_options(pool.clone(), PgStoreOptions::new().without_spare_connections());
    let _held = hold(&pool, 1).await;

    let answer = store.append(append("a", ExpectedVersion::NoStream, 1)).await;

    let unavailable = |error: &AppendError| matches!(error, AppendError::Store(error) if error.kind() == StoreErrorKind::Unavailable);
    assert!(answer.as_ref().is_err_and(unavailable), "{answer:?}");
    assert_eq!(fixture.number(SESSIONS).await, 1);
}

/// Answers a login as a server does that has no more connections to give.
async fn refuse(server: &TcpListener) {
    let (mut client, _) = server.accept().await.unwrap();
    let fields = b"SFATAL\0VFATAL\0C53300\0Mtoo many connections\0\0";
    let length = u32::try_from(fields.len() + 4).unwrap();
    client.write_all(b"E").await.unwrap();
    client.write_all(&length.to_be_bytes()).await.unwrap();
    client.write_all(fields).await.unwrap();
}

/// The server has connections for the pool and for nobody else.
#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_gets_no_spare_connection_waits_for_the_pool() {
    let fixture = fixture().await;
    let pool = pool_of(&fixture, PgPoolOptions::new().max_connections(1)).await;
    let store = PgStore::new(pool.clone());
    let held = hold(&pool, 1).await;
    let full = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = full.local_addr().unwrap().port();
    let at_full = PgConnectOptions::new_without_pgpass().host("127.0.0.1").port(port);
    pool.set_connect_options(at_full.ssl_mode(PgSslMode::Disable));

    let appended = store.append(append("a", ExpectedVersion::NoStream, 1));
    let (answer, ()) = tokio::join!(timeout(Duration::from_secs(15), appended), async {
        refuse(&full).await;
        drop(held);
    });

    answer.expect("it goes on waiting for the pool").unwrap();
}

/// Three wait for a stream. One has the only place of those who wait, for a minute, and the others no
/// connection meanwhile.
#[tokio::test(flavor = "multi_thread")]
async fn an_append_on_a_condition_that_meets_nobody_needs_no_place_of_those_who_wait() {
    let fixture = fixture().await;
    let address: PgConnectOptions = fixture.database.url().parse().unwrap();
    let options = PgPoolOptions::new().max_connections(3);
    let pool = options.connect_with(address.options([("lock_timeout", "1min")])).await.unwrap();
    let store = PgStore::with_options(pool, PgStoreOptions::new().without_spare_connections());
    let decided = |key| {
        let query = Query::new(vec![item(&["moved"], &[&format!("to:{key}")])]).unwrap();
        let append = append(key, ExpectedVersion::Any, 1);
        append.with_condition(Condition::new(query, Position::START))
    };
    let mut holder = fixture.pool.begin().await.unwrap();
    let held = append("a", ExpectedVersion::Any, 1);
    fixture.store.append_within(&mut holder, held).await.unwrap();
    let mut waiting = JoinSet::new();
    for _ in 0..3 {
        let (store, decided) = (store.clone(), decided("a"));
        waiting.spawn(async move { store.append(decided).await.unwrap() });
    }
    fixture.until_waiting(1).await;

    for _ in 0..10 {
        let other = timeout(Duration::from_secs(15), store.append(decided("b"))).await;
        other.expect("nobody is in its way").unwrap();
    }

    holder.commit().await.unwrap();
    waiting.join_all().await;
}
