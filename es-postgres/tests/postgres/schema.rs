//! The schema: how it comes, what is said where it is missing.

use std::error::Error;

use es_core::prelude::*;
use es_core::{AppendError, StoreErrorKind};
use es_postgres::sqlx::{self, AssertSqlSafe, Executor};
use es_postgres::{ForeignSchema, PgStore, PgStoreOptions, SchemaName};
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

/// A service spawns such a task at its start.
#[tokio::test(flavor = "multi_thread")]
async fn migrate_runs_on_a_task_of_its_own() {
    let database = TestDatabase::create().await;
    let store = PgStore::connect(database.url()).await.unwrap();
    let migrating = store.clone();

    tokio::spawn(async move { migrating.migrate().await }).await.unwrap().unwrap();

    store.append(append("a", exact(0), 1)).await.unwrap();
}

/// Nothing is made in it, and it is named with what it holds and what to do.
#[tokio::test(flavor = "multi_thread")]
async fn a_schema_that_is_somebody_elses_is_refused_and_left_alone() {
    let database = TestDatabase::create().await;
    let pool = PgStore::pool_options().connect(database.url()).await.unwrap();
    let theirs = "CREATE SCHEMA es; CREATE TABLE es.spanish_words (word text); \
                  CREATE TYPE es.gender AS ENUM ('f', 'm')";
    pool.execute(theirs).await.unwrap();

    let error = PgStore::new(pool.clone()).migrate().await.unwrap_err();

    assert_eq!(error.kind(), StoreErrorKind::Unsupported);
    let foreign: &ForeignSchema = error.source().unwrap().downcast_ref().unwrap();
    assert_eq!((foreign.schema.as_str(), foreign.found.len()), ("es", 2));
    assert_eq!(
        foreign.to_string(),
        "the schema `es` is no event store's: it holds gender, spanish_words; move what is there, or keep \
         the events in a schema of another name with `PgStoreOptions::with_schema`"
    );
    let tables = "SELECT count(*) FROM pg_tables WHERE schemaname = 'es'";
    let tables: i64 = sqlx::query_scalar(tables).fetch_one(&pool).await.unwrap();
    assert_eq!(tables, 1);
    let name = SchemaName::new("ledger").unwrap();
    PgStore::with_options(pool, PgStoreOptions::new().with_schema(name)).migrate().await.unwrap();
}

/// A service that migrates with the same driver into the same schema has a table of that name too.
#[tokio::test(flavor = "multi_thread")]
async fn migrations_of_a_service_are_not_taken_for_those_of_a_store() {
    let database = TestDatabase::create().await;
    let pool = PgStore::pool_options().connect(database.url()).await.unwrap();
    let theirs = "CREATE SCHEMA es; CREATE TABLE es._migrations (version bigint PRIMARY KEY, \
                  description text NOT NULL, installed_on timestamptz NOT NULL DEFAULT now(), \
                  success boolean NOT NULL, checksum bytea NOT NULL, execution_time bigint NOT NULL); \
                  INSERT INTO es._migrations VALUES (1, 'words', now(), true, '', 0); \
                  CREATE TABLE es.spanish_words (word text)";
    pool.execute(theirs).await.unwrap();

    let error = PgStore::new(pool).migrate().await.unwrap_err();

    assert!(error.source().unwrap().is::<ForeignSchema>(), "{error:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn another_schema_that_is_missing_is_named() {
    let fixture = fixture().await;
    let store = PgStore::with_options(
        fixture.pool.clone(),
        PgStoreOptions::new().with_schema(SchemaName::new("ledger").unwrap()),
    );

    let error = store.append(append("a", exact(0), 1)).await.unwrap_err();

    let AppendError::Store(error) = error else { panic!("{error:?}") };
    assert_eq!(error.source().unwrap().to_string(), ADVICE.replace("`es`", "`ledger`"));
}

/// The words that this crate takes for keywords are those of the server, and no others are.
#[tokio::test(flavor = "multi_thread")]
async fn no_keyword_of_the_server_is_taken_for_a_name() {
    let fixture = fixture().await;
    let keywords = "SELECT word FROM pg_get_keywords() WHERE catcode IN ('R', 'T') ORDER BY word";
    let keywords: Vec<String> =
        sqlx::query_scalar(keywords).fetch_all(&fixture.pool).await.unwrap();

    let accepted: Vec<_> =
        keywords.into_iter().filter(|word| SchemaName::new(word.as_str()).is_ok()).collect();

    assert_eq!(accepted, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn names_that_need_quotes_are_no_names_of_a_schema() {
    let wrong = ["", "Ledger", "top-ten", "user", "pg_ledger", "2nd", &"a".repeat(33)];

    let accepted: Vec<_> =
        wrong.into_iter().filter(|name| SchemaName::new(*name).is_ok()).collect();

    assert_eq!(accepted, Vec::<&str>::new());
    assert_eq!(
        SchemaName::new("Ledger").unwrap_err().to_string(),
        "\"Ledger\" cannot be the schema of a store: take 1 to 32 small letters, digits and `_`, not a \
         digit first, not beginning with `pg_`, and no keyword of SQL"
    );
}
