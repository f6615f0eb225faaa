//! Futures that are dropped half way.

use std::collections::HashMap;
use std::time::Duration;

use es_core::prelude::*;
use es_postgres::sqlx::postgres::PgPoolOptions;
use es_postgres::sqlx::{self, Connection};
use es_postgres::{PgStore, PgStoreOptions};
use futures_util::{FutureExt, TryStreamExt};
use tokio::time::timeout;

use crate::support::{Dice, append, begun, event, exact, fixture, part, stream};

/// Sessions that run a statement or are inside of a transaction.
const AT_WORK: &str = "SELECT count(*) FROM pg_stat_activity \
                       WHERE datname = current_database() AND state <> 'idle' AND pid <> pg_backend_pid()";

/// An append of three events for two streams; each event holds the number of its append.
fn numbered(number: u64, hot: bool, precondition: bool) -> Append {
    let payload = format!(r#"{{"append":{number}}}"#);
    let key = if hot { "hot".to_owned() } else { format!("s{}", number % 7) };
    let mut parts = vec![
        es_core::StreamAppend::new(
            stream(&key),
            ExpectedVersion::Any,
            vec![event(&payload), event(&payload)],
        ),
        es_core::StreamAppend::new(
            stream(&format!("own-{number}")),
            ExpectedVersion::NoStream,
            vec![event(&payload)],
        ),
    ];
    if precondition {
        parts.push(es_core::StreamAppend::new(stream("never"), ExpectedVersion::NoStream, vec![]));
    }
    Append::new(parts).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn dropped_appends_leave_the_store_whole_and_the_pool_healthy() {
    let fixture = fixture().await;
    let mut dice = Dice(0x5eed);
    let mut acknowledged = Vec::new();

    for number in 0..300 {
        let store = fixture.store.clone();
        let append = numbered(number, number % 3 == 0, number % 4 == 0);
        let task = tokio::spawn(async move { store.append(append).await });
        let company = fixture.store.clone();
        let other =
            tokio::spawn(async move { company.append(numbered(number + 1000, true, false)).await });
        tokio::time::sleep(Duration::from_micros(dice.below(4000))).await;
        task.abort();
        if let Ok(answer) = task.await {
            answer.unwrap();
            acknowledged.push(number);
        }
        other.await.unwrap().unwrap();
        acknowledged.push(number + 1000);
    }

    // What still runs on tasks of its own comes to its end.
    fixture.until(AT_WORK, 0).await;
    let mut counts: HashMap<String, usize> = HashMap::new();
    let log: Vec<_> =
        fixture.store.read_log(Cursor::<Position>::START).try_collect().await.unwrap();
    for event in log {
        *counts.entry(event.event.payload.as_str().to_owned()).or_default() += 1;
    }
    assert!(counts.values().all(|count| *count == 3), "{counts:?}");
    for number in &acknowledged {
        assert!(counts.contains_key(&format!(r#"{{"append":{number}}}"#)), "{number}");
    }
    assert!(acknowledged.len() < 600, "none was dropped in time");
    assert_eq!(in_transaction(&fixture).await, 0);
}

async fn in_transaction(fixture: &crate::support::Fixture) -> i64 {
    fixture
        .number("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in transaction%'")
        .await
}

/// The driver gives a connection back to the pool inside of a transaction when the future of
/// `begin` is dropped. The locked form begins on a task that nobody drops.
#[tokio::test(flavor = "multi_thread")]
async fn an_append_polled_once_and_dropped_leaves_no_transaction() {
    let fixture = fixture().await;

    for number in 0..50 {
        drop(begun(|| fixture.store.append(numbered(number, false, true))));
    }
    fixture.store.append(numbered(1000, false, true)).await.unwrap();
    // Between its statements a task that is still at work is idle in its transaction as well.
    fixture.until(AT_WORK, 0).await;

    let events = fixture.number("SELECT count(*) FROM es.events").await;
    assert!(events >= 3 && events % 3 == 0, "{events}");
    let open = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
    fixture.until(open, 0).await;
    sqlx::query("SELECT 1").execute(&fixture.pool).await.unwrap();
}

/// What the driver does to a service that drops the future of `begin`: the connection goes back to
/// the pool inside of a transaction, and an append on it is answered and never committed.
#[tokio::test(flavor = "multi_thread")]
async fn the_recommended_pool_ends_transactions_that_the_service_abandoned() {
    let fixture = fixture().await;
    let pool =
        PgStore::pool_options().max_connections(1).connect(fixture.database.url()).await.unwrap();
    let store = PgStore::new(pool.clone());

    for round in 0..5 {
        let mut connection = pool.acquire().await.unwrap();
        // A server that answers within the one poll has begun a transaction that is dropped whole:
        // that is not the accident, so it is provoked again.
        while connection.begin().now_or_never().is_some() {}
        if round % 2 == 1 {
            sqlx::query("SELECT 1 / 0").execute(&mut *connection).await.unwrap_err();
        }
        drop(connection);

        store.append(append("a", exact(round), 1)).await.unwrap();

        assert_eq!(in_transaction(&fixture).await, 0);
        let seen_by_others = fixture.versions("a").await.last().copied();
        assert_eq!(seen_by_others, Some(round + 1));
    }
}

/// Half of the pool waits for streams that somebody holds; the other half is there for the rest.
/// What was given up while it waited is not stored later.
#[tokio::test(flavor = "multi_thread")]
async fn appends_that_wait_neither_drain_the_pool_nor_outlive_their_callers() {
    let fixture = fixture().await;
    let pool = PgStore::pool_options().max_connections(4).connect(fixture.database.url()).await;
    let store = PgStore::new(pool.unwrap());
    // One each: of the appends of a process to one stream, one waits in the server.
    let hot: Vec<_> = (0..8).map(|nth| format!("hot-{nth}")).collect();
    let to_all = |version| hot.iter().map(move |key| part(key, exact(version), 1)).collect();
    fixture.store.append(Append::new(to_all(0)).unwrap()).await.unwrap();
    let mut holder = fixture.pool.begin().await.unwrap();
    fixture.store.append_within(&mut holder, Append::new(to_all(1)).unwrap()).await.unwrap();

    let mut waiting = tokio::task::JoinSet::new();
    for (nth, hot) in hot.iter().enumerate() {
        let store = store.clone();
        let hot = part(hot, ExpectedVersion::Any, 1);
        let own = part(&format!("own-{nth}"), ExpectedVersion::Any, 1);
        let append = Append::new(vec![hot, own]).unwrap();
        waiting.spawn(async move { store.append(append).await });
    }
    fixture.until_waiting(2).await;
    for version in 0..20 {
        store.append(append("cold", exact(version), 1)).await.unwrap();
        assert!(fixture.waiting().await <= 2);
    }
    waiting.shutdown().await;
    // The holder goes when nobody waits any more: each wait ends by itself within a second.
    fixture.until_waiting(0).await;
    holder.commit().await.unwrap();

    store.append(Append::new(to_all(2)).unwrap()).await.unwrap();
    for hot in &hot {
        assert_eq!(fixture.versions(hot).await, [1, 2, 3]);
    }
}

/// Behind a pooler every statement is in a transaction of the store's own, on whatever pool the
/// service has. A future that is dropped, anywhere from the begin to the commit, takes its
/// connection along: what the service writes next is not in that transaction.
#[tokio::test(flavor = "multi_thread")]
async fn dropped_futures_without_prepared_statements_leave_no_transaction() {
    let fixture = fixture().await;
    sqlx::query("CREATE TABLE orders (id bigint)").execute(&fixture.pool).await.unwrap();
    let options = PgPoolOptions::new().max_connections(1).test_before_acquire(false);
    let pool = options.connect(fixture.database.url()).await.unwrap();
    let store =
        PgStore::with_options(pool.clone(), PgStoreOptions::new().without_prepared_statements());
    let mut dice = Dice(0x5eed);
    let mut answered = 0;

    for round in 0..150 {
        let limit = Duration::from_micros(dice.below(4000));
        if let Ok(answer) = timeout(limit, store.append(numbered(round, false, false))).await {
            answer.unwrap();
            answered += 1;
        }
        let _ = timeout(limit, store.log_page(Cursor::START, 9)).await;
        // Polled once; on a busy machine the answer may be there by then.
        let _ = store.stream_page(&stream("s1"), Cursor::START, 9).now_or_never();

        let order = sqlx::query("INSERT INTO orders VALUES ($1)").persistent(false);
        order.bind(i64::try_from(round).unwrap()).execute(&pool).await.unwrap();
        let seen_by_others = fixture.number("SELECT count(*) FROM orders").await;
        assert_eq!(u64::try_from(seen_by_others).unwrap(), round + 1);
    }

    let stored = fixture.number("SELECT count(*) FROM es.events").await;
    assert!(stored % 3 == 0 && stored >= 3 * answered, "{stored} events, {answered} answers");
}
