//! A log that lost its end, and readers that remember it.

use es_core::prelude::*;
use es_core::{Checkpoint, LogPage, ResumeError, StoreErrorKind};
use es_postgres::PgStore;
use es_postgres::sqlx;
use test_servers::TestServer;

use crate::support::{append, exact, fixture};

async fn store_on(server: &TestServer, database: &str) -> PgStore {
    PgStore::connect(&server.url(database)).await.unwrap()
}

async fn put(store: &PgStore, key: &str, events: usize) -> Position {
    let appended = store.append(append(key, ExpectedVersion::Any, events)).await.unwrap();
    appended.position().unwrap()
}

async fn end(store: &PgStore) -> (LogPage, Checkpoint) {
    let page = store.log_page(Cursor::END, 1).await.unwrap();
    let checkpoint = Checkpoint::new(page.incarnation, page.safe);
    (page, checkpoint)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_checkpoint_ahead_of_a_restored_log_is_refused() {
    let server = TestServer::start();
    let store = store_on(&server, "postgres").await;
    store.migrate().await.unwrap();
    put(&store, "a", 5).await;
    let restored = server.restored_backup();
    put(&store, "b", 100).await;
    let (_, checkpoint) = end(&store).await;

    let restored = store_on(&restored, "postgres").await;
    let refused = restored.resume_log(checkpoint, 9).await.unwrap_err();

    assert!(matches!(refused, ResumeError::AheadOfLog { head, .. } if head < checkpoint.position));
    let went_on = store.resume_log(checkpoint, 9).await.unwrap();
    assert!(went_on.events.is_empty(), "the log that was not restored goes on");
}

/// Nobody says that the log was restored, and it grows past the checkpoint before the reader comes
/// back: the reader never sees what came in between. Whoever operates the store has to say it.
#[tokio::test(flavor = "multi_thread")]
async fn a_restored_log_that_has_grown_is_told_apart_by_its_incarnation() {
    let server = TestServer::start();
    let store = store_on(&server, "postgres").await;
    store.migrate().await.unwrap();
    put(&store, "a", 5).await;
    let restored = server.restored_backup();
    put(&store, "b", 100).await;
    let (_, checkpoint) = end(&store).await;
    let restored = store_on(&restored, "postgres").await;
    let lost = put(&restored, "c", 1).await;
    put(&restored, "d", 200).await;

    let unsaid = restored.resume_log(checkpoint, 1).await.unwrap();
    let now = restored.begin_incarnation().await.unwrap();
    let said = restored.resume_log(checkpoint, 1).await.unwrap_err();
    let anew = Checkpoint::new(now, Position::START);
    let page = restored.resume_log(anew, 500).await.unwrap();

    assert!(lost < checkpoint.position && unsaid.events[0].position > checkpoint.position);
    assert!(matches!(said, ResumeError::OtherLog { actual, .. } if actual == now));
    assert_eq!(page.events.len(), 206);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dump_keeps_the_log_and_its_incarnation() {
    let server = TestServer::start();
    let store = store_on(&server, "postgres").await;
    store.migrate().await.unwrap();
    put(&store, "a", 5).await;
    let (before, checkpoint) = end(&store).await;
    let copy = server.create_database();

    let dump = server.program("pg_dump").args(["-Fc", "-f", "dump", "postgres"]).status().unwrap();
    let restore = server.program("pg_restore").args(["-d", &copy, "dump"]).status().unwrap();
    let restored = store_on(&server, &copy).await;
    restored.migrate().await.unwrap();
    let (after, _) = end(&restored).await;
    let next = put(&restored, "a", 1).await;

    assert!(dump.success() && restore.success());
    assert_eq!(after, before);
    assert!(next > checkpoint.position);
    let page = restored.resume_log(checkpoint, 9).await.unwrap();
    assert_eq!(page.events.len(), 1);
}

/// The database is replaced under a store that has read more of it than there is. Until somebody
/// says that it is another one, it answers nothing; then it answers for what there is.
#[tokio::test(flavor = "multi_thread")]
async fn a_log_that_ends_before_what_was_read_of_it_is_refused() {
    let fixture = fixture().await;
    fixture.put("a", exact(0), 10).await.unwrap();
    let (page, _) = end(&fixture.store).await;
    sqlx::query("DROP SCHEMA es CASCADE").execute(&fixture.pool).await.unwrap();
    let restored = PgStore::new(fixture.pool.clone());
    restored.migrate().await.unwrap();
    put(&restored, "a", 1).await;
    let name_again = sqlx::query("UPDATE es.log SET incarnation = $1");
    name_again.bind(page.incarnation.as_uuid()).execute(&fixture.pool).await.unwrap();

    let error = fixture.store.log_page(Cursor::START, 1).await.unwrap_err();
    let now = restored.begin_incarnation().await.unwrap();
    let page = fixture.store.log_page(Cursor::START, 9).await.unwrap();

    assert_eq!(error.kind(), StoreErrorKind::Corrupt);
    let why = std::error::Error::source(&error).unwrap().to_string();
    assert!(why.starts_with("the log ends at position 1, and this store has read it up to 10"));
    assert_eq!((page.incarnation, page.safe, page.events.len()), (now, Position(1), 1));
}

/// Positions of an append that was rolled back are written down late or never, so a server that
/// crashes gives them again. Nobody may have been told before that the log is complete up to them.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_crash_brings_no_event_below_what_was_safe() {
    let server = TestServer::start();
    let pool = sqlx::PgPool::connect(&server.url("postgres")).await.unwrap();
    // Nobody else writes down what the rollback left behind.
    for setting in
        ["ALTER SYSTEM SET wal_writer_delay = '10s'", "ALTER SYSTEM SET autovacuum = off"]
    {
        sqlx::query(setting).execute(&pool).await.unwrap();
    }
    pool.close().await;
    server.stop_at_once();
    server.start_again();
    store_on(&server, "postgres").await.migrate().await.unwrap();

    // A rollback has the server write down the full pages of its WAL, so it depends on where the last page ends
    // whether a crash forgets positions. Each try ends elsewhere.
    for nth in 0..20 {
        let key = |name: &str| format!("{name}-{nth}");
        let store = store_on(&server, "postgres").await;
        let pool = sqlx::PgPool::connect(&server.url("postgres")).await.unwrap();
        put(&store, &key("a"), 1).await;
        let mut abandoned = pool.begin().await.unwrap();
        let events = append(&key("b"), exact(0), 100 + nth);
        store.append_within(&mut abandoned, events).await.unwrap();
        abandoned.rollback().await.unwrap();
        let (page, checkpoint) = end(&store).await;

        server.kill();
        server.start_again();
        pool.close().await;
        let store = store_on(&server, "postgres").await;
        let next = put(&store, &key("c"), 1).await;

        assert!(next > page.safe);
        assert_eq!(store.resume_log(checkpoint, 9).await.unwrap().events.len(), 1);
        if next <= page.head {
            return;
        }
    }
    panic!("no crash has forgotten positions");
}
