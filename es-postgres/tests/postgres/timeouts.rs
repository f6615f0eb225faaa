//! Time limits of the service, set for its sessions: an append keeps to them, and says so.

use std::time::{Duration, Instant};

use es_core::prelude::*;
use es_core::{AppendError, StoreError, StoreErrorKind};
use es_postgres::PgStore;
use es_postgres::sqlx::postgres::PgConnectOptions;
use es_postgres::sqlx::{self, PgPool};

use crate::support::{Fixture, append, exact, fixture};

/// The kinds of failure that a time limit of the service makes of an append.
const LIMITS: [StoreErrorKind; 2] = [StoreErrorKind::Contention, StoreErrorKind::StatementTimeout];

/// A pool of one connection, so that a connection that is harmed is met again.
async fn limited(fixture: &Fixture, limit: (&'static str, &'static str)) -> PgPool {
    let options: PgConnectOptions = fixture.database.url().parse().unwrap();
    PgStore::pool_options().max_connections(1).connect_with(options.options([limit])).await.unwrap()
}

/// What `limit` makes of an append to a stream that somebody holds.
async fn refused_in_time(fixture: &Fixture, limit: (&'static str, &'static str)) -> StoreError {
    let store = PgStore::new(limited(fixture, limit).await);
    let mut holder = fixture.pool.begin().await.unwrap();
    fixture.store.append_within(&mut holder, append("a", exact(0), 1)).await.unwrap();
    let waiting = append("a", ExpectedVersion::Any, 3);

    let answer = tokio::time::timeout(Duration::from_mins(1), store.append(waiting.clone())).await;
    // The connection is whole: the holder still has the stream, and others go on.
    store.append(append("b", ExpectedVersion::Any, 1)).await.unwrap();
    holder.commit().await.unwrap();
    store.append(waiting).await.unwrap();

    assert_eq!(fixture.versions("a").await, [1, 2, 3, 4], "the refused append left nothing");
    match answer.expect("it is answered") {
        Err(AppendError::Store(error)) => error,
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_statement_timeout_ends_the_wait_for_a_stream() {
    let fixture = fixture().await;

    let error = refused_in_time(&fixture, ("statement_timeout", "200ms")).await;

    assert_eq!(error.kind(), StoreErrorKind::StatementTimeout, "{error:?}");
    assert!(!error.is_transient());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lock_timeout_ends_the_wait_for_a_stream() {
    let fixture = fixture().await;

    let error = refused_in_time(&fixture, ("lock_timeout", "200ms")).await;

    assert_eq!(error.kind(), StoreErrorKind::Contention, "{error:?}");
    assert!(error.is_transient());
}

/// As a migration of the service's own may do: the statement itself waits.
#[tokio::test(flavor = "multi_thread")]
async fn a_time_limit_ends_the_wait_for_a_table() {
    let fixture = fixture().await;
    let mut migration = fixture.pool.begin().await.unwrap();
    sqlx::query("LOCK TABLE es.events IN ACCESS EXCLUSIVE MODE")
        .execute(&mut *migration)
        .await
        .unwrap();

    for limit in [("statement_timeout", "200ms"), ("lock_timeout", "200ms")] {
        let store = PgStore::new(limited(&fixture, limit).await);
        let begun = Instant::now();
        let error = store.append(append("a", exact(0), 1)).await.unwrap_err();
        let AppendError::Store(error) = error else { panic!("{limit:?} {error:?}") };
        assert!(LIMITS.contains(&error.kind()), "{limit:?} {error:?}");
        assert!(begun.elapsed() < Duration::from_mins(1));
    }
    migration.rollback().await.unwrap();

    assert!(fixture.versions("a").await.is_empty());
    fixture.put("a", exact(0), 1).await.unwrap();
}

/// A transaction of the service that appends and then thinks for too long holds the log back; the
/// limit lets go of it.
#[tokio::test(flavor = "multi_thread")]
async fn an_idle_transaction_is_ended_and_holds_nothing_back() {
    let fixture = fixture().await;
    let limit = ("idle_in_transaction_session_timeout", "200ms");
    let pool = limited(&fixture, limit).await;
    let store = PgStore::new(pool.clone());
    let mut idle = pool.begin().await.unwrap();
    store.append_within(&mut idle, append("a", exact(0), 1)).await.unwrap();
    let later = fixture.put("b", exact(0), 1).await.unwrap();

    fixture
        .until(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() \
             AND state LIKE 'idle in transaction%'",
            0,
        )
        .await;
    let error = store.append_within(&mut idle, append("a", exact(1), 1)).await.unwrap_err();
    let committed = idle.commit().await;
    let page = fixture.store.log_page(Cursor::<Position>::START, 9).await.unwrap();

    assert!(matches!(&error, AppendError::Store(e) if e.kind() == StoreErrorKind::Unavailable));
    assert!(committed.is_err(), "what the server gave up is not said to be stored");
    assert_eq!((Some(page.safe), page.events.len()), (later.position(), 1));
    store.append(append("a", exact(0), 1)).await.unwrap();
}
