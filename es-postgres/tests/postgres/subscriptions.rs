//! Subscriptions on a real log, and named ones whose progress is in Postgres.

use std::pin::pin;
use std::str::FromStr;
use std::time::Duration;

use es_core::prelude::*;
use es_core::projection::{EventHandler, ProjectionStore, Projections, RunOptions, Running};
use es_core::{ProjectError, ProjectionName, RecordedEvent, Selection, Start};
use es_postgres::sqlx::postgres::PgConnectOptions;
use es_postgres::sqlx::{self, PgConnection, PgPool};
use es_postgres::{PgStore, PgStoreOptions};
use futures_util::StreamExt;
use test_servers::{TestPooler, TestServer};
use tokio::time::timeout;

use crate::support::{Fixture, append, exact, fixture};

const PATIENCE: Duration = Duration::from_secs(30);

fn counted() -> Selection {
    Selection::category(append("x", exact(0), 1).parts()[0].stream.category().clone())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_subscription_catches_up_and_goes_on_without_a_seam() {
    let fixture = fixture().await;
    for nth in 0..20 {
        fixture.put("a", exact(nth), 1).await.unwrap();
    }
    let mut events = pin!(fixture.store.subscribe(counted(), Start::Beginning));
    let writer = {
        let store = fixture.store.clone();
        tokio::spawn(async move {
            for nth in 20..40 {
                store.append(append("a", exact(nth), 1)).await.unwrap();
            }
        })
    };

    let mut versions = Vec::new();
    while versions.len() < 40 {
        let event = timeout(PATIENCE, events.next()).await.expect("it goes on");
        versions.push(event.expect("it does not end").unwrap().version.0);
    }

    assert!(versions.into_iter().eq(1..=40));
    writer.await.unwrap();
}

/// Notes each event in the order in which it was handled.
struct Notes;

impl EventHandler<PgConnection> for Notes {
    async fn handle(
        &self,
        event: RecordedEvent,
        db: &mut PgConnection,
    ) -> Result<(), ProjectError> {
        sqlx::query("INSERT INTO public.notes (stream, version) VALUES ($1, $2)")
            .bind(event.stream.key().as_str().to_owned())
            .bind(i64::try_from(event.version.0)?)
            .execute(db)
            .await?;
        Ok(())
    }
}

/// Notes out of the order of their stream, or missing before another. Numbers of batches that were undone
/// leave gaps.
const DISORDER: &str = "SELECT count(*) FROM (SELECT version, row_number() OVER (PARTITION BY stream ORDER BY nth) AS place
                                                FROM notes) handled WHERE version <> place";

async fn number(pool: &PgPool, sql: &'static str) -> i64 {
    sqlx::query_scalar(sql).fetch_one(pool).await.unwrap()
}

async fn consumer(fixture: &Fixture) -> Running {
    // A store of its own, as another process has.
    let store = PgStore::new(fixture.pool.clone());
    let projections = Projections::new(store.clone(), store.projections());
    let options = RunOptions::default().with_lease(Duration::from_millis(800)).with_batch(7);
    let name = ProjectionName::new("notes-of-all").unwrap();
    projections.subscribe_with(name, counted(), Start::Beginning, Notes, options).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn consumers_that_compete_have_each_event_once_and_each_stream_in_order() {
    let fixture = fixture().await;
    let notes = "CREATE TABLE notes (nth bigserial, stream text, version bigint)";
    sqlx::query(notes).execute(&fixture.pool).await.unwrap();
    let mut consumers = vec![consumer(&fixture).await, consumer(&fixture).await];

    for turn in 0..6 {
        for stream in ["a", "b", "c", "d", "e", "f", "g", "h"] {
            fixture.put(stream, exact(turn * 5), 5).await.unwrap();
        }
        let leaving = consumers.remove(0);
        if turn % 2 == 0 {
            leaving.stop().await;
        } else {
            drop(leaving);
        }
        consumers.push(consumer(&fixture).await);
    }
    let all = async {
        while fixture.number("SELECT count(*) FROM notes").await < 240 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(PATIENCE, all).await.expect("everything is handled");
    for consumer in consumers {
        consumer.stop().await;
    }

    assert_eq!(fixture.number("SELECT count(*) FROM notes").await, 240);
    assert_eq!(fixture.number(DISORDER).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_consumer_works_behind_a_pooler() {
    let server = TestServer::start();
    let pooler = TestPooler::before(&server);
    let database = server.create_database();
    let direct = PgStore::connect(&server.url(&database)).await.unwrap();
    direct.migrate().await.unwrap();
    let pool = PgPool::connect(&server.url(&database)).await.unwrap();
    let notes = "CREATE TABLE notes (nth bigserial, stream text, version bigint)";
    sqlx::query(notes).execute(&pool).await.unwrap();
    let options = PgConnectOptions::from_str(&pooler.url(&database)).unwrap();
    let options = options.statement_cache_capacity(0);
    let sessions = PgStore::pool_options().max_connections(8).connect_with(options).await.unwrap();
    let store =
        PgStore::with_options(sessions, PgStoreOptions::new().without_prepared_statements());
    let projections = Projections::new(store.clone(), store.projections());
    let name = ProjectionName::new("notes-of-all").unwrap();

    let running = projections.subscribe(name.clone(), counted(), Start::Beginning, Notes).await;
    let mut last = None;
    for nth in 0..30 {
        last = store.append(append("a", exact(nth), 1)).await.unwrap().token();
    }
    let notes = projections.named("notes-of-all").unwrap();
    notes.wait_for(last.unwrap(), PATIENCE).await.unwrap();
    running.unwrap().stop().await;

    assert_eq!(number(&pool, "SELECT count(*) FROM notes").await, 30);
    assert_eq!(number(&pool, DISORDER).await, 0);
    let versions = store.projections().versions(Some(&name)).await.unwrap();
    assert_eq!((versions[0].parked_keys, versions[0].nodes.len()), (0, 0));
}
