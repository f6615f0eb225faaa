//! Commands and rows of the service's own in one call.

use std::time::Duration;

use es_core::prelude::*;
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
