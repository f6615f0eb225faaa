//! The short statements for the next event of a stream: they store it, or say nothing.

use es_core::prelude::*;
use es_postgres::sqlx::{self, PgConnection, Row};
use uuid::Uuid;

use crate::support::{Fixture, append, exact, fixture};

const ONE: &str = include_str!("../../sql/append_next.sql");
const EACH: &str = include_str!("../../sql/append_next_each.sql");
const ALL: &str = include_str!("../../sql/append_next_all.sql");

/// The positions that the statement for one stream answers with.
async fn next(connection: &mut PgConnection, key: &str, after: i64) -> Vec<i64> {
    next_of(connection, key, after, 0).await
}

/// The same for a process that knows of so many changes of what appends must have.
async fn next_of(connection: &mut PgConnection, key: &str, after: i64, changes: i64) -> Vec<i64> {
    let query = sqlx::query(ONE).bind("account").bind(key.to_owned()).bind(after);
    let query = query.bind(Uuid::now_v7()).bind("next").bind(1).bind("{}").bind("{}").bind(changes);
    let rows = query.fetch_all(connection).await.unwrap();
    rows.iter().map(|row| row.get(0)).collect()
}

/// The positions that the statement for several streams answers with.
async fn next_each(connection: &mut PgConnection, after: &[(&str, i64)]) -> Vec<i64> {
    next_each_of(connection, after, 0).await
}

/// The same for a process that knows of so many changes of what appends must have.
async fn next_each_of(
    connection: &mut PgConnection,
    after: &[(&str, i64)],
    changes: i64,
) -> Vec<i64> {
    each_of(connection, EACH, after, changes, None).await
}

/// The positions that the statement for appends to several streams answers with; each stream with the number
/// of its append.
async fn next_all(connection: &mut PgConnection, after: &[(i64, &str, i64)]) -> Vec<i64> {
    next_all_of(connection, after, 0).await
}

/// The same for a process that knows of so many changes of what appends must have.
async fn next_all_of(
    connection: &mut PgConnection,
    after: &[(i64, &str, i64)],
    changes: i64,
) -> Vec<i64> {
    let numbers = after.iter().map(|(number, ..)| *number).collect();
    let after: Vec<_> = after.iter().map(|(_, key, version)| (*key, *version)).collect();
    each_of(connection, ALL, &after, changes, Some(numbers)).await
}

async fn each_of(
    connection: &mut PgConnection,
    sql: &'static str,
    after: &[(&str, i64)],
    changes: i64,
    numbers: Option<Vec<i64>>,
) -> Vec<i64> {
    let count = after.len();
    let query = sqlx::query(sql)
        .bind(vec!["account"; count])
        .bind(after.iter().map(|(key, _)| (*key).to_owned()).collect::<Vec<_>>())
        .bind(after.iter().map(|(_, version)| *version).collect::<Vec<_>>())
        .bind((0..count).map(|_| Uuid::now_v7()).collect::<Vec<_>>())
        .bind(vec!["next"; count])
        .bind(vec![1; count])
        .bind(vec!["{}"; count])
        .bind(vec!["{}"; count])
        .bind(changes);
    let query = if let Some(numbers) = numbers { query.bind(numbers) } else { query };
    let rows = query.fetch_all(connection).await.unwrap();
    rows.iter().map(|row| row.get(0)).collect()
}

/// Three streams of two events.
async fn with_streams() -> Fixture {
    let fixture = fixture().await;
    for key in ["a", "b", "c"] {
        fixture.put(key, exact(0), 2).await.unwrap();
    }
    fixture
}

/// A stream at another version, one that somebody rests on and one that is not there get nothing, and
/// their neighbour gets its event.
#[tokio::test(flavor = "multi_thread")]
async fn only_what_is_free_and_at_its_version_is_stored() {
    let fixture = with_streams().await;
    let mut holds = fixture.pool.begin().await.unwrap();
    let rests = append("c", ExpectedVersion::Any, 0);
    fixture.store.append_within(&mut holds, rests).await.unwrap();
    let mut connection = fixture.pool.acquire().await.unwrap();

    let one = next(&mut connection, "a", 2).await.len();
    let elsewhere = next(&mut connection, "b", 1).await.len();
    let held = next(&mut connection, "c", 2).await.len();
    let never = next(&mut connection, "never", 0).await.len();
    let all = [("b", 1), ("a", 3), ("c", 2), ("never", 0)];
    let each = next_each(&mut connection, &all).await.len();
    holds.rollback().await.unwrap();

    assert_eq!((one, elsewhere, held, never, each), (1, 0, 0, 0, 1));
    assert_eq!(fixture.versions("a").await, [1, 2, 3, 4]);
    assert_eq!(fixture.versions("b").await, [1, 2]);
    assert_eq!(fixture.versions("c").await, [1, 2]);
}

/// One stream at another version, one that somebody rests on and one that is not there keep the other streams
/// of their appends from getting an event, and no neighbour.
#[tokio::test(flavor = "multi_thread")]
async fn an_append_gets_all_of_its_events_or_none() {
    let fixture = with_streams().await;
    for key in ["d", "e", "f", "g"] {
        fixture.put(key, exact(0), 2).await.unwrap();
    }
    let mut holds = fixture.pool.begin().await.unwrap();
    let rests = append("c", ExpectedVersion::Any, 0);
    fixture.store.append_within(&mut holds, rests).await.unwrap();
    let mut connection = fixture.pool.acquire().await.unwrap();

    let held = [(1, "a", 2), (1, "c", 2), (1, "b", 2)];
    let never = [(2, "d", 2), (2, "never", 0)];
    let elsewhere = [(3, "e", 1), (3, "f", 2)];
    let free = [(4, "g", 2)];
    let all = [&held[..], &never, &elsewhere, &free].concat();
    let stored = next_all(&mut connection, &all).await.len();
    holds.rollback().await.unwrap();
    let again = [(1, "a", 2), (1, "c", 2), (2, "b", 2), (2, "d", 1)];
    let again = next_all(&mut connection, &again).await;

    assert_eq!((stored, again.len()), (1, 2));
    assert!(again.is_sorted());
    for (key, events) in [("a", 3), ("b", 2), ("c", 3), ("d", 2), ("e", 2), ("f", 2), ("g", 3)] {
        assert_eq!(fixture.versions(key).await.len(), events, "{key}");
    }
}

/// Whoever wants to be alone with the store, to write a tag for example, keeps them out.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_stored_while_somebody_has_the_gate() {
    let fixture = with_streams().await;
    let mut gate = fixture.pool.begin().await.unwrap();
    let alone = "SELECT pg_advisory_xact_lock(1163067394, 0)";
    sqlx::query(alone).execute(&mut *gate).await.unwrap();
    let mut connection = fixture.pool.acquire().await.unwrap();

    let one = next(&mut connection, "a", 2).await.len();
    let each = next_each(&mut connection, &[("a", 2), ("b", 2)]).await.len();
    let all = next_all(&mut connection, &[(0, "a", 2), (0, "b", 2)]).await.len();
    gate.rollback().await.unwrap();

    assert_eq!((one, each, all), (0, 0, 0));
}

/// A process that has not learned which tags events must have stores nothing: the long statement tells it.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_stored_by_a_process_that_missed_a_change_of_tags() {
    let fixture = with_streams().await;
    let change = "SELECT nextval('es.tag_changes'::regclass)";
    sqlx::query(change).execute(&fixture.pool).await.unwrap();
    let mut connection = fixture.pool.acquire().await.unwrap();
    let all = [("a", 2), ("b", 2)];

    let missed = next_of(&mut connection, "a", 2, 0).await.len();
    let missed_each = next_each_of(&mut connection, &all, 0).await.len();
    let missed_all = next_all_of(&mut connection, &[(0, "a", 2), (0, "b", 2)], 0).await.len();
    let each = next_each_of(&mut connection, &all, 1).await.len();
    let one = next_of(&mut connection, "c", 2, 1).await.len();

    assert_eq!((missed, missed_each, missed_all, each, one), (0, 0, 0, 2, 1));
}

/// The clock of the server may go back; the time of a stream does not.
#[tokio::test(flavor = "multi_thread")]
async fn the_time_of_a_stream_never_goes_back() {
    let fixture = with_streams().await;
    sqlx::query("UPDATE es.events SET recorded_at = now() + interval '3 days'")
        .execute(&fixture.pool)
        .await
        .unwrap();
    let mut connection = fixture.pool.acquire().await.unwrap();

    next(&mut connection, "a", 2).await;
    next_each(&mut connection, &[("b", 2), ("c", 2)]).await;
    next_all(&mut connection, &[(0, "b", 3), (0, "c", 3)]).await;

    let early = "SELECT count(*) FROM es.events WHERE recorded_at < now() + interval '2 days'";
    assert_eq!(fixture.versions("c").await, [1, 2, 3, 4]);
    assert_eq!(fixture.number(early).await, 0);
}

/// Positions that are taken and not committed hold readers back, whatever comes after them.
#[tokio::test(flavor = "multi_thread")]
async fn readers_wait_for_positions_that_are_not_committed() {
    let fixture = with_streams().await;
    for turn in 0..3 {
        let before = fixture.put("later", ExpectedVersion::Any, 1).await.unwrap().position();
        let mut open = fixture.pool.begin().await.unwrap();
        let taken = match turn {
            0 => next(&mut open, "a", 2).await,
            1 => next_each(&mut open, &[("a", 3), ("b", 2), ("c", 2)]).await,
            _ => next_all(&mut open, &[(0, "a", 4), (0, "b", 3), (1, "c", 3)]).await,
        };
        fixture.put("later", ExpectedVersion::Any, 1).await.unwrap();

        let held_back = fixture.store.log_page(Cursor::<Position>::START, 99).await.unwrap();
        open.commit().await.unwrap();

        assert_eq!(Some(held_back.safe), before);
        let rest = fixture.store.log_page(Cursor::After(held_back.safe), 99).await.unwrap();
        let rest: Vec<_> = rest.events.iter().map(|event| event.position.0.cast_signed()).collect();
        assert!(taken.is_sorted() && rest.starts_with(&taken), "{taken:?} before {rest:?}");
    }
}

/// Appends that meet: those that the short statement cannot store are answered by the long one.
#[tokio::test(flavor = "multi_thread")]
async fn each_of_those_that_meet_is_answered_for_itself() {
    let fixture = with_streams().await;
    let appends = |key: &'static str, version| {
        let store = fixture.store.clone();
        tokio::spawn(async move { store.append(append(key, version, 1)).await })
    };
    let all = [
        appends("a", exact(2)),
        appends("b", exact(1)),
        appends("c", exact(2)),
        appends("new", exact(0)),
        appends("newer", ExpectedVersion::Any),
        appends("never", exact(7)),
    ];

    let mut versions = Vec::new();
    for append in all {
        versions.push(append.await.unwrap().map(|done| done.streams[0].version.0).ok());
    }

    assert_eq!(versions, [Some(3), None, Some(3), Some(1), Some(1), None]);
    for (key, stored) in
        [("a", vec![1, 2, 3]), ("b", vec![1, 2]), ("c", vec![1, 2, 3]), ("new", vec![1])]
    {
        assert_eq!(fixture.versions(key).await, stored);
    }
}
