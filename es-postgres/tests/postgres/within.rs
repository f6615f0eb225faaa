//! Appending in the caller's own transaction.

use es_core::prelude::*;
use es_core::{AppendError, StoreErrorKind};
use es_postgres::sqlx;

use crate::support::{append, exact, fixture, stream};

fn kind(error: &AppendError) -> Option<StoreErrorKind> {
    match error {
        AppendError::Store(error) => Some(error.kind()),
        _ => None,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn events_and_rows_commit_together() {
    let fixture = fixture().await;
    sqlx::query("CREATE TABLE orders (id int)").execute(&fixture.pool).await.unwrap();

    let mut tx = fixture.pool.begin().await.unwrap();
    sqlx::query("INSERT INTO orders VALUES (1)").execute(&mut *tx).await.unwrap();
    let first = fixture.store.append_within(&mut tx, append("a", exact(0), 1)).await.unwrap();
    let second = fixture.store.append_within(&mut tx, append("a", exact(1), 2)).await.unwrap();
    let before = fixture.versions("a").await;
    tx.commit().await.unwrap();

    assert!(before.is_empty());
    assert!(first.position() < second.position());
    assert_eq!(fixture.versions("a").await, [1, 2, 3]);
    assert_eq!(fixture.number("SELECT count(*) FROM orders").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn events_and_rows_roll_back_together() {
    let fixture = fixture().await;

    let mut tx = fixture.pool.begin().await.unwrap();
    fixture.store.append_within(&mut tx, append("a", exact(0), 2)).await.unwrap();
    tx.rollback().await.unwrap();

    assert!(fixture.versions("a").await.is_empty());
    fixture.put("a", exact(0), 1).await.unwrap();
    assert_eq!(fixture.versions("a").await, [1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_conflict_leaves_the_transaction_usable() {
    let fixture = fixture().await;
    fixture.put("a", exact(0), 1).await.unwrap();

    let mut tx = fixture.pool.begin().await.unwrap();
    let error = fixture.store.append_within(&mut tx, append("a", exact(0), 1)).await.unwrap_err();
    fixture.store.append_within(&mut tx, append("a", exact(1), 1)).await.unwrap();
    tx.commit().await.unwrap();

    assert!(matches!(error, AppendError::Conflict(c) if c.actual == Version(1)));
    assert_eq!(fixture.versions("a").await, [1, 2]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transaction_with_one_snapshot_is_refused() {
    let fixture = fixture().await;

    for begin in ["BEGIN ISOLATION LEVEL REPEATABLE READ", "BEGIN ISOLATION LEVEL SERIALIZABLE"] {
        let mut tx = fixture.pool.begin_with(begin).await.unwrap();
        let error =
            fixture.store.append_within(&mut tx, append("a", exact(0), 1)).await.unwrap_err();

        assert_eq!(kind(&error), Some(StoreErrorKind::Unsupported), "{error:?}");
        sqlx::query("SELECT 1").execute(&mut *tx).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_without_a_transaction_is_refused() {
    let fixture = fixture().await;
    let mut connection = fixture.pool.acquire().await.unwrap();

    let error =
        fixture.store.append_within(&mut connection, append("a", exact(0), 1)).await.unwrap_err();

    assert_eq!(kind(&error), Some(StoreErrorKind::Unsupported), "{error:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_savepoint_that_is_rolled_back_lets_readers_pass() {
    use sqlx::Connection;
    let fixture = fixture().await;
    let mut tx = fixture.pool.begin().await.unwrap();
    let mut inner = tx.begin().await.unwrap();
    fixture.store.append_within(&mut inner, append("a", exact(0), 1)).await.unwrap();
    inner.rollback().await.unwrap();

    let other = fixture.put("b", exact(0), 1).await.unwrap();

    let page = fixture.store.log_page(Cursor::<Position>::START, 9).await.unwrap();
    assert_eq!(Some(page.safe), other.position());
    assert_eq!(page.events.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_append_waits_for_a_transaction_that_holds_its_stream() {
    let fixture = fixture().await;
    let mut tx = fixture.pool.begin().await.unwrap();
    fixture.store.append_within(&mut tx, append("a", exact(0), 1)).await.unwrap();

    let store = fixture.store.clone();
    let other =
        tokio::spawn(async move { store.append(append("a", ExpectedVersion::Any, 1)).await });
    fixture.until_waiting(1).await;
    let meanwhile = fixture.put("b", exact(0), 1).await.unwrap();
    tx.commit().await.unwrap();

    let other = other.await.unwrap().unwrap();
    assert_eq!(other.streams[0].version, Version(2));
    assert!(meanwhile.position() < other.position(), "a waiting append takes no position");
    assert_eq!(fixture.versions("a").await, [1, 2]);
}

/// Two transactions that take the streams of the other one: the server ends one of them.
#[tokio::test(flavor = "multi_thread")]
async fn a_deadlock_is_transient() {
    let fixture = fixture().await;
    let mut left = fixture.pool.begin().await.unwrap();
    let mut right = fixture.pool.begin().await.unwrap();
    fixture.store.append_within(&mut left, append("a", exact(0), 1)).await.unwrap();
    fixture.store.append_within(&mut right, append("b", exact(0), 1)).await.unwrap();

    let (one, two) = tokio::join!(
        fixture.store.append_within(&mut left, append("b", ExpectedVersion::Any, 1)),
        async {
            fixture.until_waiting(1).await;
            let answer =
                fixture.store.append_within(&mut right, append("a", ExpectedVersion::Any, 1)).await;
            right.rollback().await.unwrap();
            answer
        }
    );

    let errors: Vec<_> = [one, two].into_iter().filter_map(Result::err).collect();
    assert_eq!(errors.len(), 1);
    assert_eq!(kind(&errors[0]), Some(StoreErrorKind::Contention), "{errors:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_store_uses_the_callers_pool() {
    let fixture = fixture().await;
    fixture.put("a", exact(0), 1).await.unwrap();

    fixture.pool.close().await;

    let error =
        fixture.store.stream_page(&stream("a"), Cursor::<Version>::START, 1).await.unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Unavailable);
    assert!(error.is_transient());
}
