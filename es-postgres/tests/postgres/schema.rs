//! The schema: how it comes, what is said where it is missing.

use std::error::Error;

use es_core::prelude::*;
use es_core::{AppendError, StoreErrorKind};
use es_postgres::PgStore;
use es_postgres::sqlx::{self, AssertSqlSafe};
use es_testing::postgres::TestDatabase;
use futures_util::future::join_all;

use crate::support::{append, exact, fixture, stream};

const ADVICE: &str =
    "the schema `es` is missing or older than this program; call `PgStore::migrate` first";

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_schema_is_named_with_its_cure() {
    let database = TestDatabase::create().await;
    let store = PgStore::connect(database.url()).await.unwrap();

    let appended = store.append(append("a", exact(0), 1)).await.unwrap_err();
    let read = store.stream_page(&stream("a"), Cursor::<Version>::START, 1).await.unwrap_err();
    let log = store.log_page(Cursor::<Position>::START, 1).await.unwrap_err();

    let AppendError::Store(appended) = appended else { panic!("{appended:?}") };
    for error in [appended, read, log] {
        assert_eq!(error.kind(), StoreErrorKind::NotMigrated);
        assert_eq!(error.source().unwrap().to_string(), ADVICE);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn migrations_run_again_and_at_once() {
    let database = TestDatabase::create().await;
    let stores = join_all((0..6).map(|_| PgStore::connect(database.url()))).await;
    let stores: Vec<PgStore> = stores.into_iter().map(Result::unwrap).collect();

    let answers = join_all(stores.iter().map(PgStore::migrate)).await;

    for answer in answers {
        answer.unwrap();
    }
    stores[0].append(append("a", exact(0), 1)).await.unwrap();
    stores[0].migrate().await.unwrap();
    let page = stores[1].log_page(Cursor::<Position>::START, 9).await.unwrap();
    assert_eq!(page.events.len(), 1);
    assert_eq!(page.safe, Position(1));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_log_is_safe_up_to_its_start() {
    let fixture = fixture().await;

    let page = fixture.store.log_page(Cursor::<Position>::START, 9).await.unwrap();

    assert_eq!(page.safe, Position::START);
    assert!(page.events.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn no_message_shows_a_password() {
    let url = "postgres://ada:s3cr3t-word@localhost/nowhere?host=/no/such/directory";

    let error = PgStore::connect(url).await.unwrap_err();

    assert_eq!(error.kind(), StoreErrorKind::Unavailable);
    let mut shown = format!("{error:?}");
    let mut next: Option<&dyn Error> = Some(&error);
    while let Some(error) = next {
        shown += &error.to_string();
        next = error.source();
    }
    assert!(!shown.contains("s3cr3t-word"), "{shown}");
    let fixture = fixture().await;
    assert!(!format!("{:?}", fixture.store).contains("postgres://"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_in_another_encoding_is_refused() {
    let fixture = fixture().await;
    let name = format!("{}_latin", fixture.database.name());
    let create = format!("CREATE DATABASE {name} TEMPLATE template0 ENCODING LATIN1 LOCALE 'C'");
    sqlx::query(AssertSqlSafe(create)).execute(&fixture.pool).await.unwrap();
    let url = fixture.database.url().replace(fixture.database.name(), &name);
    let store = PgStore::connect(&url).await.unwrap();

    let error = store.migrate().await.unwrap_err();
    drop(store);
    let gone = format!("DROP DATABASE {name} WITH (FORCE)");
    sqlx::query(AssertSqlSafe(gone)).execute(&fixture.pool).await.unwrap();

    assert_eq!(error.kind(), StoreErrorKind::Unsupported);
    let why = error.source().unwrap().to_string();
    assert_eq!(why, "the database has the encoding LATIN1; the events need one with UTF8");
}
