//! Two stores in one database: neither sees, blocks or wakes the other.

use std::time::Duration;

use es_core::prelude::*;
use es_core::projection::{ProjectionBatch, ProjectionStore};
use es_core::{Condition, Query};
use es_postgres::sqlx::{self, Executor};
use es_postgres::{PgProjections, PgStore, PgStoreOptions, SchemaName};
use tokio::time::timeout;

use crate::projections::dependents::Totals;
use crate::projections::support::{Node, at, incarnation, prepared, version};
use crate::support::{Fixture, append, exact, fixture, item, stream, tagged};

/// A migrated store beside the one in `es`, on the same pool.
async fn ledger(fixture: &Fixture) -> PgStore {
    ledger_with(fixture, PgStoreOptions::new()).await
}

async fn ledger_with(fixture: &Fixture, options: PgStoreOptions) -> PgStore {
    let options = options.with_schema(SchemaName::new("ledger").unwrap());
    let store = PgStore::with_options(fixture.pool.clone(), options);
    store.migrate().await.unwrap();
    store
}

async fn safe(store: &PgStore) -> Position {
    store.log_page(Cursor::<Position>::START, 9).await.unwrap().safe
}

async fn versions(store: &PgStore, key: &str) -> usize {
    store.stream_page(&stream(key), Cursor::<Version>::START, 99).await.unwrap().len()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_has_its_own_streams_and_its_own_log() {
    let fixture = fixture().await;
    let ledger = ledger(&fixture).await;

    fixture.store.append(append("a", exact(0), 2)).await.unwrap();
    ledger.append(append("a", exact(0), 3)).await.unwrap();
    ledger.append(append("a", exact(3), 1)).await.unwrap();

    assert_eq!((versions(&fixture.store, "a").await, versions(&ledger, "a").await), (2, 4));
    assert_eq!((safe(&fixture.store).await, safe(&ledger).await), (Position(2), Position(4)));
    assert_ne!(incarnation(&fixture.store).await, incarnation(&ledger).await);
}

/// The transaction of the one holds the stream of that name, its tag, and its log.
#[tokio::test(flavor = "multi_thread")]
async fn an_open_append_of_the_one_holds_nothing_of_the_other() {
    let fixture = fixture().await;
    let ledger = ledger(&fixture).await;
    let tagged = || vec![tagged("opened", &["owner:ada"])];
    let mut open = fixture.pool.begin().await.unwrap();
    let append_tagged = || Append::to(stream("a"), ExpectedVersion::Any, tagged()).unwrap();
    fixture.store.append_within(&mut open, append_tagged()).await.unwrap();

    let query = Query::new(vec![item(&[], &["owner:ada"])]).unwrap();
    let condition = Condition::new(query, Position::START);
    let decided = Append::to(stream("b"), ExpectedVersion::Any, tagged()).unwrap();
    let decided = decided.with_condition(condition);
    let appends = async {
        ledger.append(append_tagged()).await.unwrap();
        ledger.append(append("a", exact(1), 2)).await.unwrap();
        ledger.append(append("z", ExpectedVersion::Any, 1)).await.unwrap();
        ledger.append(decided).await.unwrap_err();
    };
    timeout(Duration::from_secs(20), appends).await.expect("nobody holds them up");

    assert_eq!(safe(&ledger).await, Position(4), "its log is complete");
    assert_eq!(safe(&fixture.store).await, Position::START, "that of the other is held up");
    open.commit().await.unwrap();
    assert_eq!(safe(&fixture.store).await, Position(1));
}

#[tokio::test(flavor = "multi_thread")]
async fn each_is_told_of_its_own_appends() {
    let fixture = fixture().await;
    let ledger = ledger_with(&fixture, PgStoreOptions::new().with_notifications()).await;
    let mut of_es = sqlx::postgres::PgListener::connect_with(&fixture.pool).await.unwrap();
    of_es.listen_all(["es_log", "es_log_ledger"]).await.unwrap();

    ledger.append(append("a", exact(0), 1)).await.unwrap();
    let told = timeout(Duration::from_secs(20), of_es.recv()).await.unwrap().unwrap();

    assert_eq!((told.channel(), told.payload()), ("es_log_ledger", "1"));
}

/// Projections of the same name, each with its rows, its progress and its slots.
#[tokio::test(flavor = "multi_thread")]
async fn each_keeps_projections_of_the_same_name() {
    let fixture = fixture().await;
    let ledger = ledger(&fixture).await;
    let id = version(1);
    let (here, there) = (prepared(&fixture.store, &id).await, prepared(&ledger, &id).await);
    let (one, other) = (Node::of(&here, &id), Node::of(&there, &id));
    one.seeing().await.commit(at(&one.claim(64).await, 3)).await.unwrap();
    other.seeing().await.commit(at(&other.claim(64).await, 7)).await.unwrap();
    other.seeing().await.commit(at(&other.claim(0).await, 7)).await.unwrap();

    assert_eq!(fixture.number("SELECT times FROM totals.seen").await, 1);
    assert_eq!(fixture.number("SELECT times FROM ledger_totals.seen").await, 2);
    let position = |kept: PgProjections| async move {
        kept.visible(&version(1).name).await.unwrap().unwrap().position
    };
    assert_eq!((position(here).await, position(there).await), (Position(3), Position(7)));
}

/// The projection is a part of the appends of its own store.
#[tokio::test(flavor = "multi_thread")]
async fn each_has_inline_projections_of_its_own() {
    let fixture = fixture().await;
    let here = fixture.store.inline(Totals::<1>).await.unwrap();
    let there = ledger(&fixture).await.inline(Totals::<1>).await.unwrap();

    here.append(append("a", exact(0), 1)).await.unwrap();
    there.append(append("a", exact(0), 2)).await.unwrap();

    assert_eq!(fixture.number("SELECT times FROM totals.seen").await, 1);
    assert_eq!(fixture.number("SELECT times FROM ledger_totals.seen").await, 3);
}

/// Names by which the locks of two stores would be the same, which happens to one in thirty thousand.
#[tokio::test(flavor = "multi_thread")]
async fn two_schemas_that_would_share_their_locks_are_refused() {
    let fixture = fixture().await;
    let in_schema = |name: &str| {
        PgStore::with_options(
            fixture.pool.clone(),
            PgStoreOptions::new().with_schema(SchemaName::new(name).unwrap()),
        )
    };
    in_schema("tenant_15").migrate().await.unwrap();

    let error = in_schema("tenant_60").migrate().await.unwrap_err();

    let why = std::error::Error::source(&error).unwrap().to_string();
    assert_eq!(
        why,
        "stores in the schemas `tenant_60` and `tenant_15` of one database would share their locks, by \
         chance of their names: give the new one another name"
    );
    let made = "SELECT count(*) FROM pg_namespace WHERE nspname = 'tenant_60'";
    assert_eq!(fixture.number(made).await, 0);
    fixture.pool.execute("DROP SCHEMA tenant_15 CASCADE").await.unwrap();
    in_schema("tenant_60").migrate().await.unwrap();
}
