//! A copy takes the name of a stream: what meets it half way, and who may do it.

use std::convert::Infallible;

use es_core::prelude::*;
use es_core::{
    Actor, Condition, NewEvent, Query, Reason, RecordedEvent, Rewrite, StoreErrorKind, Transform,
    TransformError, TransformStore, Transformed,
};
use es_postgres::PgStore;
use es_postgres::sqlx::{self, Connection, Executor, PgConnection, PgPool, Postgres, SqlSafeStr};
use es_testing::postgres::TestDatabase;
use sqlx_core::migrate::{Migration, MigrationType, Migrator};
use tokio::task::JoinHandle;

use crate::support::{Fixture, append, event, events, exact, fixture, item, part, stream, tagged};

fn of(key: &str) -> Transform {
    let (actor, reason) = ("mia", "cents were counted twice");
    Transform::new(stream(key), Actor::new(actor).unwrap(), Reason::new(reason).unwrap())
}

async fn transform(store: &PgStore, key: &str) -> Result<Transformed, TransformError> {
    store.transform(of(key), |_| Ok::<_, Infallible>(Rewrite::Keep)).await
}

/// A transformation that has written its record and waits in the middle, until the lock is gone.
async fn half_way(
    fixture: &Fixture,
    key: &'static str,
) -> (sqlx::Transaction<'static, Postgres>, JoinHandle<Result<Transformed, TransformError>>) {
    let mut lock = fixture.pool.begin().await.unwrap();
    lock.execute("LOCK TABLE es.archives IN SHARE MODE").await.unwrap();
    let store = fixture.store.clone();
    let transforming = tokio::spawn(async move { transform(&store, key).await });
    fixture.until_waiting(1).await;
    (lock, transforming)
}

fn places(events: &[RecordedEvent]) -> Vec<(u64, u64)> {
    events.iter().map(|event| (event.version.0, event.position.0)).collect()
}

/// A statement that looked before the copy was there and writes after that finds the old stream, whose
/// next version the record has taken.
#[tokio::test(flavor = "multi_thread")]
async fn an_append_that_looked_before_does_not_reach_the_archive() {
    let fixture = fixture().await;
    fixture.put("a", exact(0), 2).await.unwrap();
    let mut earlier = PgConnection::connect(fixture.database.url()).await.unwrap();
    earlier
        .execute("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1 FROM es.events")
        .await
        .unwrap();
    transform(&fixture.store, "a").await.unwrap();

    let written = sqlx::query(include_str!("../../sql/append_one.sql"))
        .bind("account")
        .bind("a")
        .bind(-1_i64)
        .bind(vec![events(1)[0].id.as_uuid()])
        .bind(vec!["late"])
        .bind(vec![1])
        .bind(vec!["{}"])
        .bind(vec!["{}"])
        .bind(0_i64)
        .execute(&mut earlier)
        .await;

    let refused = written.unwrap_err();
    let rule = refused.as_database_error().unwrap().constraint().map(str::to_owned);
    assert_eq!(rule.as_deref(), Some("events_stream_version_key"));
    assert_eq!(fixture.versions("a").await, [4, 5]);
}

/// Of a transaction that ends in the middle nothing is left, and what comes after it is not harmed.
#[tokio::test(flavor = "multi_thread")]
async fn a_backend_that_is_killed_half_way_leaves_the_old_stream() {
    let fixture = fixture().await;
    let told = || tagged("told", &["course:c1"]);
    let two = Append::to(stream("a"), exact(0), vec![told(), told()]).unwrap();
    fixture.store.append(two).await.unwrap();
    let before = fixture.store.stream_page(&stream("a"), Cursor::START, 9).await.unwrap();
    let (lock, transforming) = half_way(&fixture, "a").await;

    let kill = "SELECT count(pg_terminate_backend(pid)) FROM pg_locks \
                WHERE NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
    assert_eq!(fixture.number(kill).await, 1);
    let failed = transforming.await.unwrap().unwrap_err();
    lock.rollback().await.unwrap();

    let TransformError::Store(failed) = failed else { panic!("{failed:?}") };
    assert_eq!(failed.kind(), StoreErrorKind::Unavailable);
    let after = fixture.store.stream_page(&stream("a"), Cursor::START, 9).await.unwrap();
    assert_eq!(after, before);
    assert_eq!(fixture.store.stream_tags(&stream("a")).await.unwrap().len(), 2);
    assert_eq!(fixture.store.transformations(&stream("a")).await.unwrap(), []);
    transform(&fixture.store, "a").await.unwrap();
    assert_eq!(fixture.versions("a").await, [4, 5]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_in_an_archive_refuses_no_decision_on_its_type() {
    let fixture = fixture().await;
    let two = vec![tagged("told", &[]), tagged("kept", &[])];
    fixture.store.append(Append::to(stream("a"), exact(0), two).unwrap()).await.unwrap();
    let without_the_first = fixture.store.transform(of("a"), |stored| {
        let is_first = stored.version == Version(1);
        Ok::<_, Infallible>(if is_first { Rewrite::Drop } else { Rewrite::Keep })
    });
    without_the_first.await.unwrap();

    let decide = async |key: &str, name: &str| {
        let query = Query::new(vec![item(&[name], &[])]).unwrap();
        let rests = Condition::new(query, Position::START);
        fixture.store.append(append(key, exact(0), 1).with_condition(rests)).await
    };
    let (kept, told) = (decide("b", "kept").await, decide("c", "told").await);

    assert!(kept.is_err(), "the copy counts");
    assert!(told.is_ok(), "{told:?}");
}

/// Half way through: the stream is what it was for those who read it, readers of the log wait before
/// the record, appends to the stream wait, and everybody else goes on.
#[tokio::test(flavor = "multi_thread")]
async fn half_way_through_the_old_stream_is_read_and_others_go_on() {
    let fixture = fixture().await;
    fixture.put("a", exact(0), 2).await.unwrap();
    let (lock, transforming) = half_way(&fixture, "a").await;

    let read = fixture.versions("a").await;
    fixture.put("b", exact(0), 1).await.unwrap();
    let held = fixture.store.log_page(Cursor::START, 9).await.unwrap();
    let late = fixture.store.clone();
    let late = tokio::spawn(async move { late.append(append("a", ExpectedVersion::Any, 1)).await });
    fixture.until_waiting(2).await;
    lock.rollback().await.unwrap();
    let done = transforming.await.unwrap().unwrap();
    let late = late.await.unwrap().unwrap();

    assert_eq!(read, [1, 2], "the old stream");
    assert_eq!((held.safe, held.events.len()), (Position(2), 2), "nothing before it may appear");
    assert_eq!(late.streams[0].version, Version(6), "what waited comes after the copies");
    let log = fixture.store.log_page(Cursor::After(held.safe), 9).await.unwrap().events;
    let streams: Vec<_> = log.iter().map(|event| event.stream.clone()).collect();
    let here = streams.iter().filter(|stream| **stream == done.archive).count();
    assert_eq!((here, streams.len()), (1, 5), "the record, two copies and two appends");
    assert!(log.is_sorted_by(|a, b| a.position < b.position));
}

/// Whoever gives up before the stream is free has asked for nothing.
#[tokio::test(flavor = "multi_thread")]
async fn a_transformation_that_is_given_up_while_it_waits_does_not_come_later() {
    let fixture = fixture().await;
    fixture.put("a", exact(0), 2).await.unwrap();
    let mut tx = fixture.pool.begin().await.unwrap();
    fixture.store.append_within(&mut tx, append("a", exact(2), 1)).await.unwrap();
    let store = fixture.store.clone();
    let transforming = tokio::spawn(async move { transform(&store, "a").await });
    fixture.until_waiting(1).await;

    transforming.abort();
    fixture.until_waiting(0).await;
    tx.rollback().await.unwrap();

    fixture.put("a", exact(2), 1).await.unwrap();
    assert_eq!(fixture.versions("a").await, [1, 2, 3]);
}

/// The transaction of a caller had the stream first.
#[tokio::test(flavor = "multi_thread")]
async fn an_open_transaction_on_the_stream_is_waited_for_and_refuses() {
    let fixture = fixture().await;
    fixture.put("a", exact(0), 2).await.unwrap();
    let mut tx = fixture.pool.begin().await.unwrap();
    fixture.store.append_within(&mut tx, append("a", exact(2), 1)).await.unwrap();
    let store = fixture.store.clone();
    let transforming = tokio::spawn(async move { transform(&store, "a").await });
    fixture.until_waiting(1).await;

    tx.commit().await.unwrap();

    let refused = transforming.await.unwrap().unwrap_err();
    assert!(matches!(refused, TransformError::Conflict(conflict) if conflict.actual == Version(3)));
    assert_eq!(fixture.versions("a").await, [1, 2, 3]);
}

/// An append of more streams than are locked meets the record at the unique index, either way.
#[tokio::test(flavor = "multi_thread")]
async fn an_append_too_large_to_lock_its_streams_is_before_or_after() {
    let fixture = fixture().await;
    fixture.put("s7", exact(0), 2).await.unwrap();
    let large = || {
        let parts = (0..300).map(|nth| part(&format!("s{nth}"), ExpectedVersion::Any, 1));
        Append::new(parts.collect()).unwrap()
    };
    let (lock, transforming) = half_way(&fixture, "s7").await;

    let store = fixture.store.clone();
    let late = tokio::spawn(async move { store.append(large()).await });
    fixture.until_waiting(2).await;
    lock.rollback().await.unwrap();

    transforming.await.unwrap().unwrap();
    late.await.unwrap().unwrap();
    assert_eq!(fixture.versions("s7").await, [4, 5, 6]);
    fixture.store.append(large()).await.unwrap();
    let both = tokio::join!(fixture.store.append(large()), transform(&fixture.store, "s7"));
    both.0.unwrap();
    let length = fixture.versions("s7").await.len();
    assert_eq!(length, 5, "whatever became of the transformation: {:?}", both.1);
}

/// More than one statement carries, with tags now and then.
#[tokio::test(flavor = "multi_thread")]
async fn a_long_stream_is_copied_in_order() {
    const EVENTS: usize = 10_000;
    let fixture = fixture().await;
    let new = |nth: usize| match nth % 1000 {
        0 => tagged("told", &[&format!("course:c{nth}"), "term:t1"]),
        _ => event(&format!(r#"{{"cents":{nth}}}"#)),
    };
    let new: Vec<NewEvent> = (0..EVENTS).map(new).collect();
    fixture.store.append(Append::to(stream("a"), exact(0), new.clone()).unwrap()).await.unwrap();

    let done = transform(&fixture.store, "a").await.unwrap();

    let copies = fixture.store.stream_page(&stream("a"), Cursor::START, 20_000).await.unwrap();
    let same = copies.iter().zip(&new).all(|(copy, new)| copy.event == new.event);
    assert!(same && copies.len() == EVENTS, "{} copies", copies.len());
    let expected: Vec<_> = (10_002..=20_001).zip(10_002..=20_001).collect();
    assert_eq!(places(&copies), expected);
    assert_eq!(done.stream.positions.len(), EVENTS);
    let query = Query::new(vec![item(&[], &["term:t1"])]).unwrap();
    let found = fixture.store.query_page(&query, Position::START, 99).await.unwrap().events;
    let found: Vec<_> = found.iter().map(|found| found.event.version.0).collect();
    assert_eq!(found, (0..10).map(|nth| 10_002 + 1000 * nth).collect::<Vec<_>>());
    assert_eq!(fixture.number("SELECT count(*) FROM es.tags").await, 20);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_without_prepared_statements_transforms_too() {
    let fixture = fixture().await;
    let store = {
        let options = es_postgres::PgStoreOptions::new().without_prepared_statements();
        PgStore::with_options(fixture.pool.clone(), options)
    };
    fixture.put("a", exact(0), 3).await.unwrap();

    transform(&store, "a").await.unwrap();

    assert_eq!(fixture.versions("a").await, [5, 6, 7]);
    assert_eq!(store.transformations(&stream("a")).await.unwrap().len(), 1);
}

/// A database that services use already: whoever could read its streams reads what comes now, without
/// anybody granting it.
#[tokio::test(flavor = "multi_thread")]
async fn the_migration_finds_a_log_in_use() {
    let database = TestDatabase::create().await;
    let pool = PgPool::connect(database.url()).await.unwrap();
    let first = include_str!("../../migrations/0001_streams_and_events.sql").into_sql_str();
    let kind = MigrationType::Simple;
    let first = Migration::new(1, "streams and events".into(), kind, first, false);
    let mut before = Migrator::with_migrations(vec![first]);
    before.create_schema("es");
    before.dangerous_set_table_name("es._migrations");
    before.run(&pool).await.unwrap();
    pool.execute("GRANT SELECT ON es.streams TO pg_monitor, PUBLIC").await.unwrap();
    let store = PgStore::new(pool.clone());
    // As the release of that time wrote it: the appends of today need the tables of today.
    let stored = "INSERT INTO es.streams (category, key) VALUES ('account', 'a'); \
                  INSERT INTO es.events \
                  SELECT nextval('es.events_position_seq'), streams.id, version, now(), \
                         gen_random_uuid(), 1, 'money-deposited', '{}', '{}' \
                    FROM es.streams, generate_series(1, 2) AS version";
    pool.execute(stored).await.unwrap();

    store.migrate().await.unwrap();

    transform(&store, "a").await.unwrap();
    let granted = "SELECT string_agg(acl.grantee::regrole::text, ',' ORDER BY acl.grantee) \
                   FROM pg_class, aclexplode(relacl) acl \
                   WHERE oid = 'es.archives'::regclass AND acl.grantee <> relowner";
    let granted: String = sqlx::query_scalar(granted).fetch_one(&pool).await.unwrap();
    assert_eq!(granted, "-,pg_monitor");
}

/// Copies happened when the events happened that they stand for.
#[tokio::test(flavor = "multi_thread")]
async fn copies_have_the_time_of_what_they_stand_for() {
    let fixture = fixture().await;
    for version in 0..3 {
        fixture.put("a", exact(version), 1).await.unwrap();
    }
    let times = async || -> Vec<_> {
        let page = fixture.store.stream_page(&stream("a"), Cursor::START, 9).await.unwrap();
        page.iter().map(|event| event.recorded_at).collect()
    };
    let before = times().await;

    let done = transform(&fixture.store, "a").await.unwrap();

    assert!(before.is_sorted_by(|a, b| a < b), "each at a time of its own");
    assert_eq!(times().await, before);
    assert_eq!(Some(&done.stream.recorded_at), before.last());
}

/// A decision that rests on there being no more of a tag is not overtaken by a copy that has it.
#[tokio::test(flavor = "multi_thread")]
async fn a_transformation_waits_for_whoever_rests_on_a_tag_of_its_copies() {
    let fixture = fixture().await;
    let told = vec![tagged("told", &["course:c1"])];
    fixture.store.append(Append::to(stream("a"), exact(0), told).unwrap()).await.unwrap();
    let mut tx = fixture.pool.begin().await.unwrap();
    let query = Query::new(vec![item(&[], &["course:c1"])]).unwrap();
    let rests = append("b", exact(0), 1)
        .with_condition(Condition::new(query, Position::START).with_known(vec![Position(1)]));
    let rests = fixture.store.append_within(&mut tx, rests).await.unwrap();

    let store = fixture.store.clone();
    let transforming = tokio::spawn(async move { transform(&store, "a").await });
    fixture.until_waiting(1).await;
    tx.commit().await.unwrap();

    let copy = transforming.await.unwrap().unwrap().stream.positions[0];
    assert!(Some(copy) > rests.position());
}
