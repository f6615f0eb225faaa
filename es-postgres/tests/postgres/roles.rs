//! What each role of the documented set-up can do, and what it cannot.

use std::convert::Infallible;
use std::time::Duration;

use es_core::prelude::*;
use es_core::{
    Actor, AppendError, Fingerprint, Query, Reason, Rewrite, Snapshot, StoreError, Transform,
    TransformError, TransformStore,
};
use es_postgres::sqlx::{self, AssertSqlSafe, Executor, PgPool};
use es_postgres::{PgStore, PgStoreOptions, SchemaName};
use test_servers::TestServer;
use tokio::time::{sleep, timeout};

use crate::requests::{TURN, days_pass, once, request};
use crate::support::{append, exact, stream};
use crate::watched::Watcher;

/// Roles belong to a whole server: this one is the test's own.
struct SetUp {
    server: TestServer,
    owner: PgStore,
}

/// The three roles as an administrator makes them, a store that its owner migrated, and the rights
/// that the owner gave.
async fn set_up() -> SetUp {
    let server = TestServer::start();
    let administrator = PgPool::connect(&server.url("postgres")).await.unwrap();
    let roles = "CREATE ROLE es_owner; CREATE ROLE es_writer; CREATE ROLE es_reader; \
                 GRANT CREATE ON DATABASE postgres TO es_owner";
    administrator.execute(roles).await.unwrap();
    let as_owner = pool_of(&server, "es_owner").await;
    let owner = PgStore::new(as_owner.clone());
    owner.migrate().await.unwrap();
    as_owner.execute(include_str!("../../roles.sql")).await.unwrap();
    SetUp { server, owner }
}

pub(crate) async fn pool_of(server: &TestServer, role: &'static str) -> PgPool {
    PgStore::pool_options()
        .after_connect(move |connection, _| {
            let become_it = AssertSqlSafe(format!("SET ROLE {role}"));
            Box::pin(async move { connection.execute(become_it).await.map(drop) })
        })
        .connect(&server.url("postgres"))
        .await
        .unwrap()
}

/// The server's word for a right that is missing, or what happened instead.
pub(crate) async fn answer(pool: &PgPool, statement: String) -> String {
    let mut transaction = pool.begin().await.unwrap();
    match transaction.execute(AssertSqlSafe(statement)).await {
        Ok(_) => "done".to_owned(),
        Err(error) => error.as_database_error().unwrap().code().unwrap().into_owned(),
    }
}

const REFUSED: &str = "42501";

/// All but those of snapshots, projections, sagas, complete tags and answers to requests, which follow from history
/// and are none.
async fn tables(pool: &PgPool) -> Vec<String> {
    let tables = "SELECT tablename::text FROM pg_tables \
                  WHERE schemaname = 'es' AND tablename NOT IN \
                        ('snapshots', 'projections', 'leases', 'projection_nodes', 'parked', \
                         'event_tags', 'sagas', 'requests', 'requests_0', 'requests_1', 'request_memory') \
                  ORDER BY 1";
    sqlx::query_scalar(tables).fetch_all(pool).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_writer_does_all_that_a_service_does() {
    let set_up = set_up().await;
    let writer = PgStore::new(pool_of(&set_up.server, "es_writer").await);

    writer.migrate().await.unwrap();
    writer.append(append("a", exact(0), 2)).await.unwrap();
    let both = vec![
        crate::support::part("a", exact(2), 1),
        crate::support::part("b", ExpectedVersion::NoStream, 0),
    ];
    writer.append(Append::new(both).unwrap()).await.unwrap();
    let events = writer.stream_page(&stream("a"), Cursor::START, 9).await.unwrap();
    let log = writer.log_page(Cursor::START, 9).await.unwrap();

    // Written, pushed out by the next one, and written again.
    for event in events.iter().chain(&events[1..]) {
        let snapshot =
            Snapshot::new(Fingerprint(1), event.version, event.position, "{}".to_owned());
        writer.save_snapshot(&stream("a"), snapshot, 1).await.unwrap();
    }
    let page = writer.snapshot_page(&stream("a"), Fingerprint(1), Version::MAX, 9).await.unwrap();

    assert_eq!((events.len(), log.events.len()), (3, 3));
    assert_eq!(page.snapshot.unwrap().version, Version(3));
    let refused: StoreError = writer.begin_incarnation().await.unwrap_err();
    assert!(!refused.is_transient());
    set_up.owner.begin_incarnation().await.unwrap();
}

/// A stream gets another name only from the owner; whoever appends goes on with the new one.
#[tokio::test(flavor = "multi_thread")]
async fn the_owner_alone_transforms_streams() {
    let set_up = set_up().await;
    let writer = PgStore::new(pool_of(&set_up.server, "es_writer").await);
    writer.append(append("a", exact(0), 2)).await.unwrap();
    let of_a = || {
        let (actor, reason) = (Actor::new("mia").unwrap(), Reason::new("twice").unwrap());
        Transform::new(stream("a"), actor, reason)
    };
    let keep = |_| Ok::<_, Infallible>(Rewrite::Keep);

    let refused = writer.transform(of_a(), keep).await.unwrap_err();
    let before = writer.stream_page(&stream("a"), Cursor::START, 9).await.unwrap();
    set_up.owner.transform(of_a(), keep).await.unwrap();
    writer.append(append("a", exact(5), 1)).await.unwrap();
    let types = Query::new(vec![crate::support::item(&["money-deposited"], &[])]).unwrap();
    let found = writer.query_page(&types, Position::START, 9).await.unwrap();

    let TransformError::Store(refused) = refused else { panic!("{refused:?}") };
    assert!(!refused.is_transient());
    assert_eq!(before.len(), 2, "nothing was written");
    assert_eq!(found.events.len(), 3, "the writer finds what is not in the archive");
    assert_eq!(writer.transformations(&stream("a")).await.unwrap().len(), 1);
}

/// Half of the answers are forgotten; none is changed, deleted or made new.
#[tokio::test(flavor = "multi_thread")]
async fn the_writer_answers_requests_and_forgets_old_ones() {
    let set_up = set_up().await;
    let (owner, writer) =
        (pool_of(&set_up.server, "es_owner").await, pool_of(&set_up.server, "es_writer").await);
    let store = PgStore::new(writer.clone());
    store.append(once("a", "r1", 1)).await.unwrap();
    store.answer_request(request("r2", 2)).await.unwrap();
    days_pass(&owner, 8).await;

    let found = store.find_request(&request("r1", 1).key).await.unwrap();
    let until_turn = async {
        while sqlx::query_scalar::<_, i64>(TURN).fetch_one(&writer).await.unwrap() == 0 {
            sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(Duration::from_secs(20), until_turn).await.expect("half of them is forgotten");
    let again = store.append(once("b", "r1", 3)).await.unwrap_err();

    assert!(found.answered.is_some());
    assert!(matches!(again, AppendError::Answered(_)), "{again:?}");
    for table in ["requests", "requests_0", "requests_1"] {
        for statement in [
            format!("UPDATE es.{table} SET answer = answer"),
            format!("DELETE FROM es.{table}"),
            format!("ALTER TABLE es.{table} DISABLE TRIGGER ALL"),
        ] {
            assert_eq!(answer(&writer, statement.clone()).await, REFUSED, "{statement}");
        }
    }
    for statement in
        ["DELETE FROM es.request_memory", "INSERT INTO es.request_memory DEFAULT VALUES"]
    {
        assert_eq!(answer(&writer, statement.to_owned()).await, REFUSED, "{statement}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_reader_sees_answers_and_forgets_none() {
    let set_up = set_up().await;
    let writer = PgStore::new(pool_of(&set_up.server, "es_writer").await);
    writer.append(once("a", "r1", 1)).await.unwrap();
    let reader = pool_of(&set_up.server, "es_reader").await;

    let found = PgStore::new(reader.clone()).find_request(&request("r1", 1).key).await.unwrap();

    assert!(found.answered.is_some());
    for statement in [
        "DELETE FROM es.requests",
        "TRUNCATE es.requests_0",
        "TRUNCATE es.requests_1",
        "UPDATE es.request_memory SET since = now()",
        "SELECT setval('es.request_turns', 1)",
    ] {
        assert_eq!(answer(&reader, statement.to_owned()).await, REFUSED, "{statement}");
    }
}

/// On one thread, which is watched: the task that forgets runs on it too.
#[tokio::test]
async fn a_right_that_is_missing_to_forget_answers_is_named_in_a_warning() {
    let set_up = set_up().await;
    let owner = pool_of(&set_up.server, "es_owner").await;
    owner.execute("REVOKE TRUNCATE ON es.requests_1 FROM es_writer").await.unwrap();
    days_pass(&owner, 8).await;
    let writer = PgStore::new(pool_of(&set_up.server, "es_writer").await);
    let watcher = Watcher::default();
    let _guard = watcher.watch();

    writer.find_request(&request("r1", 1).key).await.unwrap();
    let until_warned = async {
        while watcher.warnings().is_empty() {
            sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(Duration::from_secs(20), until_warned).await.expect("a warning");

    let warnings = watcher.warnings();
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    assert!(warnings[0].contains("it takes TRUNCATE on es.requests_0"), "{warnings:?}");
    assert_eq!(sqlx::query_scalar::<_, i64>(TURN).fetch_one(&owner).await.unwrap(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_reader_reads_and_does_not_append() {
    let set_up = set_up().await;
    PgStore::new(pool_of(&set_up.server, "es_writer").await)
        .append(append("a", exact(0), 2))
        .await
        .unwrap();
    let reader = PgStore::new(pool_of(&set_up.server, "es_reader").await);

    reader.migrate().await.unwrap();
    let events = reader.stream_page(&stream("a"), Cursor::START, 9).await.unwrap();
    let log = reader.log_page(Cursor::START, 9).await.unwrap();
    let appended = reader.append(append("b", exact(0), 1)).await.unwrap_err();

    assert_eq!((events.len(), log.events.len()), (2, 2));
    assert!(matches!(appended, AppendError::Store(error) if !error.is_transient()));
}

/// Whatever a migration adds is among the tables that are tried here.
#[tokio::test(flavor = "multi_thread")]
async fn history_is_immutable_for_both() {
    let set_up = set_up().await;
    for role in ["es_writer", "es_reader"] {
        let pool = pool_of(&set_up.server, role).await;
        let column = "SELECT column_name::text FROM information_schema.columns \
                      WHERE table_schema = 'es' AND table_name = $1 ORDER BY ordinal_position DESC LIMIT 1";
        for table in tables(&pool).await {
            let column: String =
                sqlx::query_scalar(column).bind(&table).fetch_one(&pool).await.unwrap();
            for statement in [
                format!("UPDATE es.{table} SET {column} = {column}"),
                format!("DELETE FROM es.{table}"),
                format!("TRUNCATE es.{table}"),
                format!("DROP TABLE es.{table}"),
                format!("ALTER TABLE es.{table} DISABLE TRIGGER ALL"),
            ] {
                assert_eq!(answer(&pool, statement.clone()).await, REFUSED, "{role}: {statement}");
            }
        }
        for statement in [
            "SELECT setval('es.events_position_seq', 1)",
            "SELECT setval('es.tag_changes', 1)",
            "CREATE TABLE es.mine (id int)",
            "INSERT INTO es.log DEFAULT VALUES",
            "INSERT INTO es._migrations SELECT * FROM es._migrations",
            "INSERT INTO es.archives SELECT id FROM es.streams",
        ] {
            assert_eq!(answer(&pool, statement.to_owned()).await, REFUSED, "{role}: {statement}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_right_too_many_would_be_seen() {
    let set_up = set_up().await;
    let owner = pool_of(&set_up.server, "es_owner").await;

    assert_eq!(answer(&owner, "DELETE FROM es.events".to_owned()).await, "done");
}

/// An administrator makes the schema and gives it away; nobody of the service may make schemas.
#[tokio::test(flavor = "multi_thread")]
async fn the_owner_of_the_schema_migrates_without_the_right_to_make_schemas() {
    let server = TestServer::start();
    let administrator = PgPool::connect(&server.url("postgres")).await.unwrap();
    let given = "CREATE ROLE es_owner; CREATE SCHEMA es AUTHORIZATION es_owner";
    administrator.execute(given).await.unwrap();
    let pool = pool_of(&server, "es_owner").await;
    assert_eq!(answer(&pool, "CREATE SCHEMA another".to_owned()).await, REFUSED);
    let store = PgStore::new(pool.clone());

    store.migrate().await.unwrap();
    store.append(append("a", exact(0), 1)).await.unwrap();

    let page = store.log_page(Cursor::<Position>::START, 9).await.unwrap();
    assert_eq!(page.events.len(), 1);
}

/// The documented way to have the roles for a store in another schema.
#[tokio::test(flavor = "multi_thread")]
async fn the_rights_are_given_in_another_schema_as_documented() {
    let server = TestServer::start();
    let administrator = PgPool::connect(&server.url("postgres")).await.unwrap();
    let roles = "CREATE ROLE es_owner; CREATE ROLE es_writer; CREATE ROLE es_reader; \
                 CREATE SCHEMA ledger AUTHORIZATION es_owner";
    administrator.execute(roles).await.unwrap();
    let owner = pool_of(&server, "es_owner").await;
    let ledger = || SchemaName::new("ledger").unwrap();
    PgStore::with_options(owner.clone(), PgStoreOptions::new().with_schema(ledger()))
        .migrate()
        .await
        .unwrap();
    let rights = include_str!("../../roles.sql");
    let rights = rights.replace("SCHEMA es", "SCHEMA ledger").replace("es.", "ledger.");
    owner.execute(AssertSqlSafe(rights)).await.unwrap();
    let writer = pool_of(&server, "es_writer").await;

    let store = PgStore::with_options(writer.clone(), PgStoreOptions::new().with_schema(ledger()));
    store.append(append("a", exact(0), 1)).await.unwrap();

    assert_eq!(answer(&writer, "DELETE FROM ledger.events".to_owned()).await, REFUSED);
}
