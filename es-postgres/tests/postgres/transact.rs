//! Commands and rows of the service's own in one call.

use std::time::Duration;

use es_core::prelude::*;
use es_core::{AppendError, StoreErrorKind};
use es_postgres::sqlx::postgres::PgPoolOptions;
use es_postgres::sqlx::{Executor, PgPool};
use es_postgres::{PgStore, sqlx};
use futures_util::FutureExt;

use crate::support::{Fixture, fixture};

type Failed = Box<dyn std::error::Error + Send + Sync>;

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "order-placed")]
struct Placed {
    number: u64,
}

#[derive(Aggregate, Default, Clone, Debug)]
#[aggregate(name = "orders", id = String, events(Placed))]
struct Orders {
    placed: u64,
}

impl Apply<Placed> for Orders {
    fn apply(&mut self, _: Placed) {
        self.placed += 1;
    }
}

#[derive(Command, Clone, Debug)]
#[command(aggregate = Orders, any)]
struct Place {
    #[command(id)]
    shop: String,
}

impl Decide<Place> for Orders {
    type Events = Placed;

    fn decide(&self, _: Place) -> Result<Placed, Self::Error> {
        Ok(Placed { number: self.placed + 1 })
    }
}

fn place() -> Place {
    Place { shop: "here".into() }
}

async fn with_rows() -> Fixture {
    let fixture = fixture().await;
    sqlx::query("CREATE TABLE orders (number bigint)").execute(&fixture.pool).await.unwrap();
    fixture
}

/// An order and its row.
async fn ordered(store: PgStore) -> Result<(), Failed> {
    store
        .transact(Metadata::default(), async |work| {
            let placed = work.execute(place()).await?;
            let OrdersEvent::Placed(Placed { number }) = placed[0];
            let rows = work.connection().await?;
            let insert = sqlx::query("INSERT INTO orders VALUES ($1)");
            insert.bind(i64::try_from(number)?).execute(rows).await?;
            Ok::<_, Failed>(())
        })
        .await
}

/// The number of orders, by their rows and by their events.
async fn counted(fixture: &Fixture) -> (i64, u64) {
    let rows = fixture.number("SELECT count(DISTINCT number) FROM orders").await;
    let orders = Repository::<Orders, _>::new(fixture.store.clone());
    (rows, orders.load(&"here".into()).await.unwrap().state.placed)
}

#[tokio::test(flavor = "multi_thread")]
async fn events_and_rows_are_there_together_however_many_meet() {
    let fixture = with_rows().await;

    let all = (0..8).map(|_| tokio::spawn(ordered(fixture.store.clone())));
    for one in futures_util::future::join_all(all).await {
        one.unwrap().unwrap();
    }

    assert_eq!(counted(&fixture).await, (8, 8));
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_done_again_when_others_were_faster() {
    let fixture = with_rows().await;
    let others = Repository::<Orders, _>::new(fixture.store.clone());
    let mut runs = 0;

    let done = fixture.store.transact(Metadata::default(), async |work| {
        work.execute(place()).await?;
        runs += 1;
        let row = sqlx::query("INSERT INTO orders VALUES ($1)").bind(i64::from(runs));
        row.execute(work.connection().await?).await?;
        if runs == 1 {
            others.execute(place()).await?;
        }
        Ok::<_, Failed>(runs)
    });

    assert_eq!(done.await.unwrap(), 2);
    assert_eq!(counted(&fixture).await, (1, 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_fails_leaves_nothing() {
    let fixture = with_rows().await;

    let failed = fixture.store.transact(Metadata::default(), async |work| {
        work.execute(place()).await?;
        let row = sqlx::query("INSERT INTO orders VALUES (1)");
        row.execute(work.connection().await?).await?;
        Err::<(), Failed>("no".into())
    });

    assert_eq!(failed.await.unwrap_err().to_string(), "no");
    assert_eq!(counted(&fixture).await, (0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn dropped_anywhere_it_leaves_both_or_neither_and_holds_nobody_up() {
    let fixture = with_rows().await;

    for polls in 0..30 {
        let mut dropped = Box::pin(ordered(fixture.store.clone()));
        for _ in 0..polls {
            if (&mut dropped).now_or_never().is_some() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        drop(dropped);
        let next = tokio::time::timeout(Duration::from_secs(20), ordered(fixture.store.clone()));
        next.await.expect("nobody is held up").unwrap();
    }

    let (rows, events) = counted(&fixture).await;
    assert_eq!(u64::try_from(rows).unwrap(), events);
}

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "seat-taken")]
struct Taken {
    #[event(tag)]
    seat: u32,
}

/// A seat, free or taken.
#[derive(DecisionModel, Clone, Debug)]
#[decision_model(events(Taken))]
struct Seat {
    #[decision_model(tag)]
    seat: u32,
    is_taken: bool,
}

impl Apply<Taken> for Seat {
    fn apply(&mut self, _: Taken) {
        self.is_taken = true;
    }
}

#[derive(Clone, Debug)]
struct Take(u32);

#[derive(Debug, PartialEq, thiserror::Error)]
#[error("the seat is taken")]
struct IsTaken;

impl Decision for Take {
    type Model = Seat;
    type Events = Taken;
    type Error = IsTaken;

    fn model(&self) -> Seat {
        Seat { seat: self.0, is_taken: false }
    }

    fn decide(&self, seat: &Seat) -> Result<Taken, IsTaken> {
        if seat.is_taken { Err(IsTaken) } else { Ok(Taken { seat: self.0 }) }
    }
}

/// Decided anew it would be the same, for as long as one likes.
#[tokio::test(flavor = "multi_thread")]
async fn a_unit_whose_own_events_refuse_its_decision_is_run_once() {
    let fixture = with_rows().await;
    let mut runs = 0;

    let refused = fixture.store.transact(Metadata::default(), async |work| {
        runs += 1;
        work.decide(Take(1)).await?;
        work.decide(Take(2)).await?;
        work.decide(Take(1)).await?;
        Ok::<_, Failed>(())
    });

    let refused = refused.await.unwrap_err();
    let Some(AppendError::Store(error)) = refused.downcast_ref() else { panic!("{refused:?}") };
    assert_eq!((runs, error.kind()), (1, StoreErrorKind::Unsupported));
    let reason = std::error::Error::source(error).expect("a reason").to_string();
    assert!(reason.contains("the unit of work itself"), "{reason}");
    let log = fixture.store.log_page(Cursor::START, 9).await.unwrap();
    assert!(log.events.is_empty());
}

async fn pool_of_one(fixture: &Fixture) -> PgPool {
    PgStore::pool_options().max_connections(1).connect(fixture.database.url()).await.unwrap()
}

/// Somebody has begun a transaction, written in it and forgotten it.
#[tokio::test(flavor = "multi_thread")]
async fn what_somebody_forgot_in_a_transaction_is_not_committed_along() {
    let fixture = with_rows().await;
    let pool = PgPoolOptions::new().max_connections(1).test_before_acquire(false);
    let pool = pool.connect(fixture.database.url()).await.unwrap();
    let mut forgetful = pool.acquire().await.unwrap();
    forgetful.execute("BEGIN; INSERT INTO orders VALUES (99)").await.unwrap();
    drop(forgetful);

    let store = PgStore::new(pool);
    let done = store.transact(Metadata::default(), async |work| {
        let row = sqlx::query("INSERT INTO orders VALUES (1)");
        row.execute(work.connection().await?).await?;
        Ok::<_, Failed>(())
    });
    done.await.unwrap();

    assert_eq!(fixture.number("SELECT max(number) FROM orders").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_done_while_the_service_holds_the_whole_pool() {
    let fixture = with_rows().await;
    let pool = pool_of_one(&fixture).await;
    let held = pool.begin().await.unwrap();

    let done = tokio::time::timeout(Duration::from_secs(15), ordered(PgStore::new(pool))).await;

    done.expect("the pool's limit is thirty seconds").unwrap();
    drop(held);
}

/// A transaction of the service ends as it decided: the connection that it had is as it was for whoever comes next.
#[tokio::test(flavor = "multi_thread")]
async fn what_fails_gives_its_connection_back() {
    let fixture = with_rows().await;
    let pool = pool_of_one(&fixture).await;
    let store = PgStore::new(pool.clone());
    let session = async || {
        let pid = sqlx::query_scalar("SELECT pg_backend_pid()").fetch_one(&pool).await;
        pid.unwrap()
    };
    let before: i32 = session().await;

    let failed = store.transact(Metadata::default(), async |work| {
        let row = sqlx::query("INSERT INTO orders VALUES (1)");
        row.execute(work.connection().await?).await?;
        Err::<(), Failed>("no".into())
    });
    failed.await.unwrap_err();

    assert_eq!(session().await, before);
    assert_eq!(counted(&fixture).await, (0, 0));
}

/// It ends as a rollback in the server, which calls that a success.
#[tokio::test(flavor = "multi_thread")]
async fn rows_of_a_transaction_that_has_failed_are_not_said_to_be_committed() {
    let fixture = with_rows().await;

    let done = fixture.store.transact(Metadata::default(), async |work| {
        let rows = work.connection().await?;
        rows.execute("INSERT INTO orders VALUES (1)").await?;
        drop(rows.execute("SELECT 1 / 0").await);
        Ok::<_, Failed>(())
    });

    done.await.unwrap_err();
    assert_eq!(counted(&fixture).await, (0, 0));
}
