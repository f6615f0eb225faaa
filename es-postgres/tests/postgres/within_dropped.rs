//! An append in the caller's own transaction whose future is dropped, at any of the points where it waits.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use es_core::prelude::*;
use es_core::{AppendError, RecordedEvent};
use es_postgres::PgStore;
use es_postgres::sqlx::{self, Connection, PgConnection, PgPool};
use tokio::time::sleep;

use crate::support::{Fixture, append, fixture};

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "money-deposited")]
struct Deposited {
    cents: u64,
}

/// Begins a transaction of its own, as any function does that was written for a connection.
#[derive(Projection)]
#[projection(name = "within", version = 1, events(Deposited))]
struct Within;

impl ReadModel<PgConnection> for Within {
    async fn create(&self, db: &mut PgConnection) -> Result<(), ProjectError> {
        sqlx::query("CREATE TABLE sums (cents bigint CHECK (cents <> 13))").execute(db).await?;
        Ok(())
    }
}

impl Project<Deposited, PgConnection> for Within {
    async fn project(
        &self,
        event: Recorded<Deposited>,
        db: &mut PgConnection,
    ) -> Result<(), ProjectError> {
        let mut tx = db.begin().await?;
        let cents = i64::try_from(event.event.cents).unwrap();
        sqlx::query("INSERT INTO sums VALUES ($1)").bind(cents).execute(&mut *tx).await?;
        tx.commit().await?;
        if cents == 17 {
            return Err(std::io::Error::other("seventeen").into());
        }
        Ok(())
    }
}

/// A caller's transaction that writes a row, has an append dropped after so many polls, writes another
/// row and commits. Says whether the append was over before.
async fn dropped_after(polls: usize, fixture: &Fixture, store: &PgStore, new: Append) -> bool {
    sqlx::query("TRUNCATE marks").execute(&fixture.pool).await.unwrap();
    let pool = fixture.pool.clone();
    let mut tx = pool.begin().await.unwrap();
    sqlx::query("INSERT INTO marks VALUES (1)").execute(&mut *tx).await.unwrap();
    let is_over = polled(polls, store.append_within(&mut tx, new)).await;
    let went_on = sqlx::query("INSERT INTO marks VALUES (2)").execute(&mut *tx).await;
    let alone = marks(&pool).await;
    let committed = if went_on.is_ok() { tx.commit().await } else { tx.rollback().await };

    assert_eq!(alone, 0, "after {polls} polls: what follows commits by itself");
    let expected = if went_on.is_ok() && committed.is_ok() { 2 } else { 0 };
    assert_eq!(marks(&pool).await, expected, "after {polls} polls: {went_on:?} {committed:?}");
    is_over
}

async fn marks(pool: &PgPool) -> i64 {
    sqlx::query_scalar("SELECT count(*) FROM marks").fetch_one(pool).await.unwrap()
}

/// Polls so often, with time in between for the server's answer, and drops the future.
async fn polled(polls: usize, future: impl Future) -> bool {
    let mut future = pin!(future);
    for _ in 0..polls {
        if poll_fn(|context| Poll::Ready(future.as_mut().poll(context).is_ready())).await {
            return true;
        }
        sleep(Duration::from_millis(1)).await;
    }
    false
}

/// At each point where it waits, up to its end.
async fn at_every_point(fixture: &Fixture, store: &PgStore, events: usize) {
    sqlx::query("CREATE TABLE marks (id int)").execute(&fixture.pool).await.unwrap();
    for polls in 0..400 {
        let new = append("a", ExpectedVersion::Any, events);
        if dropped_after(polls, fixture, store, new).await {
            assert!(polls > 1);
            return;
        }
    }
    panic!("it never ends");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dropped_append_leaves_the_callers_transaction_whole_or_unusable() {
    let fixture = fixture().await;

    at_every_point(&fixture, &fixture.store, 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn so_does_one_of_several_statements() {
    let fixture = fixture().await;

    at_every_point(&fixture, &fixture.store, 5000).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn so_does_one_whose_handler_has_begun_a_transaction() {
    let fixture = fixture().await;
    let store = fixture.store.inline(Within).await.unwrap();

    at_every_point(&fixture, &store, 2).await;

    let of_a: Vec<RecordedEvent> =
        store.stream_page(&crate::support::stream("a"), Cursor::START, 1000).await.unwrap();
    let rows = fixture.number("SELECT count(*) FROM \"within\".sums").await;
    assert_eq!(of_a.len(), usize::try_from(rows).unwrap(), "events and rows, or neither");
}

/// By a statement that fails and by an error of its own: the caller goes on as if it had not been asked.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_handler_refuses_leaves_the_callers_transaction_as_it_was() {
    let fixture = fixture().await;
    let store = fixture.store.inline(Within).await.unwrap();
    let of = |cents: u64| {
        let new = crate::support::event(&format!(r#"{{"cents":{cents}}}"#));
        Append::to(crate::support::stream("a"), ExpectedVersion::Any, vec![new]).unwrap()
    };
    let mut tx = fixture.pool.begin().await.unwrap();
    let path = "SHOW search_path";
    let before: String = sqlx::query_scalar(path).fetch_one(&mut *tx).await.unwrap();

    let failed = store.append_within(&mut tx, of(13)).await.unwrap_err();
    let refused = store.append_within(&mut tx, of(17)).await.unwrap_err();
    let after: String = sqlx::query_scalar(path).fetch_one(&mut *tx).await.unwrap();
    store.append_within(&mut tx, of(5)).await.unwrap();
    tx.commit().await.unwrap();

    for error in [failed, refused] {
        assert!(matches!(&error, AppendError::Store(error) if !error.is_transient()), "{error:?}");
    }
    assert_eq!(after, before);
    let events = store.stream_page(&crate::support::stream("a"), Cursor::START, 9).await.unwrap();
    assert_eq!(events.len(), 1);
}
