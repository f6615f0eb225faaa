//! Reads the log from its beginning and asks of each decision in it whether it contradicts what
//! stands before it: whether it had seen every event of a lower position that its query matches.

use std::collections::HashSet;
use std::mem;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use es_core::prelude::*;
use es_core::{AppendError, Condition, EventName, NewEvent, Query, StreamAppend, Tag};
use es_postgres::PgStore;
use es_postgres::sqlx::{self, AssertSqlSafe, Connection, Executor, PgConnection, PgPool};
use futures_util::future::join_all;

use crate::support::{Dice, Fixture, fixture, item, stream, tagged};

/// What an append in the log rested on.
struct Decision {
    query: Query,
    /// Every matching event that was read.
    seen: HashSet<Position>,
    /// Where its own first event stands.
    position: Position,
}

/// How many decisions the log contradicts.
async fn contradicted(pool: &PgPool, decisions: &[Decision]) -> usize {
    let log: Vec<(i64, String, Vec<String>)> = sqlx::query_as(
        "SELECT position, name, ARRAY(SELECT tag FROM es.tags WHERE tags.position = events.position) \
         FROM es.events ORDER BY position",
    )
    .fetch_all(pool)
    .await
    .unwrap();
    let log: Vec<(Position, EventName, Vec<Tag>)> = log
        .into_iter()
        .map(|(position, name, tags)| {
            let position = Position(u64::try_from(position).unwrap());
            let tags = tags.iter().map(|tag| tag.parse().unwrap()).collect();
            (position, EventName::new(name).unwrap(), tags)
        })
        .collect();
    let contradicts = |decision: &&Decision| {
        log.iter().take_while(|(position, ..)| *position < decision.position).any(
            |(position, name, tags)| {
                decision.query.matches(name, tags) && !decision.seen.contains(position)
            },
        )
    };
    decisions.iter().filter(contradicts).count()
}

/// What came of a race.
#[derive(Default)]
struct Race {
    decisions: Mutex<Vec<Decision>>,
    refused: Mutex<usize>,
}

/// Eight writers, each with a stream of its own and now and then one of the others' beside it: plain
/// appends with and without tags, transactions with pauses, a fifth of them rolled back, and decisions
/// that rest on one or two items, some on a type alone.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_decision_contradicts_the_log_before_it() {
    let fixture = fixture().await;
    let race = Arc::new(Race::default());

    let writers = (0..8).map(|nth| {
        let (store, pool, race) = (fixture.store.clone(), fixture.pool.clone(), race.clone());
        tokio::spawn(async move { write(&store, &pool, &race, nth).await })
    });
    for writer in join_all(writers).await {
        writer.unwrap();
    }

    let decisions = mem::take(&mut *race.decisions.lock().unwrap());
    let (stored, refused) = (decisions.len(), *race.refused.lock().unwrap());
    assert!(stored > 50 && refused > 20, "{stored} stored, {refused} refused");
    assert_eq!(contradicted(&fixture.pool, &decisions).await, 0, "of {stored}");
    let deadlocks = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()";
    assert_eq!(fixture.number(deadlocks).await, 0);
}

async fn write(store: &PgStore, pool: &PgPool, race: &Race, nth: u64) {
    let mut dice = Dice(nth * 7919 + 20_261_121);
    for _ in 0..60 {
        match dice.below(10) {
            0..4 => {
                store.append(Append::new(parts(&mut dice, nth)).unwrap()).await.unwrap();
            }
            4 => {
                let mut tx = pool.begin().await.unwrap();
                let append = Append::new(parts(&mut dice, nth)).unwrap();
                store.append_within(&mut tx, append).await.unwrap();
                tokio::time::sleep(Duration::from_micros(dice.below(3000))).await;
                if dice.below(5) == 0 {
                    tx.rollback().await.unwrap();
                } else {
                    tx.commit().await.unwrap();
                }
            }
            _ => decide(store, race, &mut dice, nth).await,
        }
    }
}

async fn decide(store: &PgStore, race: &Race, dice: &mut Dice, nth: u64) {
    let query = match dice.below(12) {
        0 => vec![item(&[name(dice)], &[])],
        1..5 => vec![item(&[], &[tag(dice)]), item(&[name(dice)], &[tag(dice)])],
        5..8 => vec![item(&[], &["a:1", "b:1"])],
        _ => vec![item(&[], &[tag(dice)])],
    };
    let query = Query::new(query).unwrap();
    let page = store.query_page(&query, Position::START, 100_000).await.unwrap();
    let seen: HashSet<_> = page.events.iter().map(|found| found.event.position).collect();
    let beyond = seen.iter().copied().filter(|position| *position > page.safe).collect();
    let condition = Condition::new(query.clone(), page.safe).with_known(beyond);
    let append = Append::new(parts(dice, nth)).unwrap().with_condition(condition);
    match store.append(append).await {
        Ok(appended) => {
            let position = appended.streams[0].positions[0];
            race.decisions.lock().unwrap().push(Decision { query, seen, position });
        }
        Err(AppendError::Condition(failed)) => {
            assert!(!seen.contains(&failed.position), "refused for what was known");
            *race.refused.lock().unwrap() += 1;
        }
        Err(other) => panic!("{other:?}"),
    }
}

fn parts(dice: &mut Dice, nth: u64) -> Vec<StreamAppend> {
    let mut part = |key: String| {
        let events = (0..=dice.below(2)).map(|_| event(dice)).collect();
        StreamAppend::new(stream(&key), ExpectedVersion::Any, events)
    };
    let mut parts = vec![part(format!("own-{nth}"))];
    if dice.below(4) == 0 {
        let mut part =
            |key: String| StreamAppend::new(stream(&key), ExpectedVersion::Any, vec![event(dice)]);
        parts.push(part(format!("own-{}", (nth + 1) % 8)));
    }
    parts
}

fn event(dice: &mut Dice) -> NewEvent {
    let tags: Vec<_> = (0..dice.below(3)).map(|_| tag(dice)).collect();
    tagged(name(dice), &tags)
}

fn tag(dice: &mut Dice) -> &'static str {
    ["a:1", "a:2", "a:3", "b:1", "b:2", "b:3"][usize::try_from(dice.below(6)).unwrap()]
}

fn name(dice: &mut Dice) -> &'static str {
    ["opened", "moved", "closed"][usize::try_from(dice.below(3)).unwrap()]
}

/// A decision that rests on there being no event of course c1, made while one is under way, as
/// somebody else would write it. The decision gets the greater position and does not know of it.
async fn decide_while_one_is_under_way<Decide>(
    begin: &str,
    decide: impl FnOnce(PgConnection) -> Decide,
) -> usize
where
    Decide: Future<Output = Option<Position>> + Send + 'static,
{
    let fixture = fixture().await;
    let mut writer = PgConnection::connect(fixture.database.url()).await.unwrap();
    writer.execute(AssertSqlSafe(begin.to_owned())).await.unwrap();
    writer.execute(WRITE).await.unwrap();
    let connection = PgConnection::connect(fixture.database.url()).await.unwrap();

    let mut deciding = tokio::spawn(decide(connection));
    let done = tokio::select! {
        done = &mut deciding => Some(done.unwrap()),
        () = fixture.until_waiting(1) => None,
    };
    writer.execute("COMMIT").await.unwrap();
    let position = match done {
        Some(done) => done,
        None => deciding.await.unwrap(),
    };
    audit_one(&fixture, position).await
}

async fn audit_one(fixture: &Fixture, position: Option<Position>) -> usize {
    let Some(position) = position else { return 0 };
    let query = Query::new(vec![item(&[], &["course:c1"])]).unwrap();
    contradicted(&fixture.pool, &[Decision { query, seen: HashSet::new(), position }]).await
}

/// The locks that the store takes, and an event of course c1 with the next number.
const WRITE: &str = "SELECT pg_advisory_xact_lock_shared(1163067394, 0), \
                            pg_advisory_xact_lock_shared(1163067395, hashtext('course:c1'));
                     WITH event AS (
                         INSERT INTO es.events
                         SELECT nextval('es.events_position_seq'), 1, 1, now(), gen_random_uuid(), 1, 'x', '{}', '{}'
                         RETURNING position)
                     INSERT INTO es.tags SELECT position, 'course:c1' FROM event";

const NONE: &str = "SELECT NOT EXISTS (SELECT FROM es.tags WHERE tag = 'course:c1')";

const LOCK: &str = "SELECT pg_advisory_xact_lock(1163067395, hashtext('course:c1'))";

/// Stores the decision if `holds`.
async fn store_if(mut connection: PgConnection, holds: bool) -> Option<Position> {
    if !holds {
        return None;
    }
    let position: i64 = sqlx::query_scalar(
        "INSERT INTO es.events
         SELECT nextval('es.events_position_seq'), 2, 1, now(), gen_random_uuid(), 1, 'decided', '{}', '{}'
         RETURNING position",
    )
    .fetch_one(&mut connection)
    .await
    .unwrap();
    connection.execute("COMMIT").await.unwrap();
    Some(Position(u64::try_from(position).unwrap()))
}

async fn holds(connection: &mut PgConnection, sql: &'static str) -> bool {
    sqlx::query_scalar(sql).fetch_one(connection).await.unwrap()
}

/// The auditor finds what goes wrong elsewhere: serialisable transactions have *some* order, and that
/// of the positions may be another one.
#[tokio::test(flavor = "multi_thread")]
async fn serializable_transactions_contradict_the_log() {
    let begin = "BEGIN ISOLATION LEVEL SERIALIZABLE";

    let found = decide_while_one_is_under_way(begin, move |mut connection| async move {
        connection.execute(begin).await.unwrap();
        let holds = holds(&mut connection, NONE).await;
        store_if(connection, holds).await
    })
    .await;

    assert_eq!(found, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_lock_of_the_tag_the_log_is_contradicted() {
    let found = decide_while_one_is_under_way("BEGIN", |mut connection| async move {
        connection.execute("BEGIN").await.unwrap();
        let holds = holds(&mut connection, NONE).await;
        store_if(connection, holds).await
    })
    .await;

    assert_eq!(found, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_snapshot_after_the_lock_the_log_is_contradicted() {
    let found = decide_while_one_is_under_way("BEGIN", |mut connection| async move {
        connection.execute("BEGIN").await.unwrap();
        let in_one = "WITH locked AS MATERIALIZED (SELECT pg_advisory_xact_lock(1163067395, hashtext('course:c1')) IS NOT NULL AS taken)
                      SELECT locked.taken AND NOT EXISTS (SELECT FROM es.tags WHERE tag = 'course:c1' AND locked.taken) FROM locked";
        let holds = holds(&mut connection, in_one).await;
        store_if(connection, holds).await
    })
    .await;

    assert_eq!(found, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn with_the_lock_and_a_snapshot_after_it_the_decision_is_refused() {
    let found = decide_while_one_is_under_way("BEGIN", |mut connection| async move {
        connection.execute("BEGIN").await.unwrap();
        connection.execute(LOCK).await.unwrap();
        let holds = holds(&mut connection, NONE).await;
        assert!(!holds);
        store_if(connection, holds).await
    })
    .await;

    assert_eq!(found, 0);
}
