//! Appends that rest on what a query finds.

use es_core::prelude::*;
use es_core::{AppendError, Appended, Condition, NewEvent, Query, QueryItem, StreamAppend};
use futures_util::future::join_all;
use tokio::task::JoinHandle;

use crate::support::{Fixture, fixture, item, stream, tagged};

fn query(items: Vec<QueryItem>) -> Query {
    Query::new(items).unwrap()
}

fn append(key: &str, event: NewEvent) -> Append {
    Append::to(stream(key), ExpectedVersion::Any, vec![event]).unwrap()
}

/// `event` for the stream `key`, if nothing matches the item.
fn unless(key: &str, event: NewEvent, item: QueryItem) -> Append {
    append(key, event).with_condition(Condition::new(query(vec![item]), Position::START))
}

fn refused_by(answer: Result<Appended, AppendError>) -> Position {
    match answer {
        Err(AppendError::Condition(failed)) => failed.position,
        other => panic!("{other:?}"),
    }
}

fn spawn(fixture: &Fixture, append: Append) -> JoinHandle<Result<Appended, AppendError>> {
    let store = fixture.store.clone();
    tokio::spawn(async move { store.append(append).await })
}

async fn in_parallel(
    fixture: &Fixture,
    appends: impl IntoIterator<Item = Append>,
) -> Vec<Result<Appended, AppendError>> {
    join_all(appends.into_iter().map(|append| spawn(fixture, append)))
        .await
        .into_iter()
        .map(Result::unwrap)
        .collect()
}

fn won(answers: &[Result<Appended, AppendError>]) -> usize {
    for answer in answers {
        assert!(matches!(answer, Ok(_) | Err(AppendError::Condition(_))), "{answer:?}");
    }
    answers.iter().filter(|answer| answer.is_ok()).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_append_is_refused_by_a_matching_event_that_it_did_not_know() {
    let fixture = fixture().await;
    let first = fixture.store.append(append("a", tagged("x", &["course:c1"]))).await.unwrap();
    let position = first.position().unwrap();
    let rests_on = |condition| append("b", tagged("y", &[])).with_condition(condition);
    let course = query(vec![item(&[], &["course:c1"])]);

    let unknown = rests_on(Condition::new(course.clone(), Position::START));
    let known = Condition::new(course.clone(), Position::START).with_known(vec![position]);
    let after = Condition::new(course, position);
    let other = Condition::new(query(vec![item(&["z"], &["course:c1"])]), Position::START);

    assert_eq!(refused_by(fixture.store.append(unknown).await), position);
    assert!(fixture.versions("b").await.is_empty());
    fixture.store.append(rests_on(known)).await.unwrap();
    fixture.store.append(rests_on(after)).await.unwrap();
    fixture.store.append(rests_on(other)).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_appends_on_one_tag_one_wins() {
    let fixture = fixture().await;

    for round in 0..20 {
        let tag = format!("seat:{round}");
        let answers = in_parallel(
            &fixture,
            (0..6).map(|n| {
                unless(&format!("{round}-{n}"), tagged("taken", &[&tag]), item(&[], &[&tag]))
            }),
        )
        .await;

        assert_eq!(won(&answers), 1);
    }
}

/// "One of both stays free": each writes what the other one rests on.
#[tokio::test(flavor = "multi_thread")]
async fn of_two_appends_that_rest_on_each_others_tags_one_wins() {
    let fixture = fixture().await;

    for round in 0..30 {
        let (left, right) = (format!("left:{round}"), format!("right:{round}"));
        let answers = in_parallel(
            &fixture,
            [
                unless(&left.replace(':', "-"), tagged("x", &[&left]), item(&[], &[&right])),
                unless(&right.replace(':', "-"), tagged("x", &[&right]), item(&[], &[&left])),
            ],
        )
        .await;

        assert_eq!(won(&answers), 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_condition_waits_for_a_matching_append_under_way() {
    let fixture = fixture().await;
    let mut tx = fixture.pool.begin().await.unwrap();
    let event = tagged("x", &["course:c1"]);
    let late = fixture.store.append_within(&mut tx, append("a", event)).await.unwrap();

    let store = fixture.store.clone();
    let rests = unless("b", tagged("y", &[]), item(&["x"], &["course:c1", "student:s1"]));
    let free = fixture.store.append(unless("c", tagged("y", &[]), item(&[], &["course:c2"]))).await;
    let waits = tokio::spawn(async move { store.append(rests).await });
    let refused = spawn(&fixture, unless("d", tagged("y", &[]), item(&[], &["course:c1"])));
    fixture.until_waiting(2).await;
    tx.commit().await.unwrap();

    free.unwrap();
    waits.await.unwrap().unwrap();
    assert_eq!(refused_by(refused.await.unwrap()), late.position().unwrap());
}

/// Types alone are matched by appends that take no tag, so the condition keeps all of them out.
#[tokio::test(flavor = "multi_thread")]
async fn a_condition_on_a_type_holds_against_appends_without_tags() {
    let fixture = fixture().await;

    for round in 0..30 {
        let name = format!("closed-{round}");
        let rests = unless(&format!("rests-{round}"), tagged("last", &[]), item(&[&name], &[]));
        let plain = (0..8).map(|n| append(&format!("plain-{n}"), tagged(&name, &[])));

        let answers = in_parallel(&fixture, plain.chain([rests])).await;

        let Ok(last) = &answers[8] else { continue };
        let last = last.position().unwrap();
        for answer in &answers[..8] {
            assert!(answer.as_ref().unwrap().position().unwrap() > last, "in the order of the log");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_condition_on_a_type_waits_for_an_append_under_way() {
    let fixture = fixture().await;
    let mut tx = fixture.pool.begin().await.unwrap();
    let late = fixture.store.append_within(&mut tx, append("a", tagged("x", &[]))).await.unwrap();

    let refused = spawn(&fixture, unless("b", tagged("y", &[]), item(&["x"], &[])));
    fixture.until_waiting(1).await;
    tx.commit().await.unwrap();

    assert_eq!(refused_by(refused.await.unwrap()), late.position().unwrap());
}

/// By themselves, in a batch or with two streams. Six wait at a time: half of the pool.
#[tokio::test(flavor = "multi_thread")]
async fn while_an_append_rests_on_a_type_all_others_wait() {
    let fixture = fixture().await;
    let mut tx = fixture.pool.begin().await.unwrap();
    let rests = unless("rests", tagged("x", &[]), item(&["closed"], &[]));
    let rests = fixture.store.append_within(&mut tx, rests).await.unwrap();

    let two = Append::new(vec![
        StreamAppend::new(stream("two-a"), ExpectedVersion::Any, vec![tagged("x", &[])]),
        StreamAppend::new(stream("two-b"), ExpectedVersion::Any, vec![tagged("x", &[])]),
    ]);
    let mut waiting = vec![spawn(&fixture, two.unwrap())];
    fixture.until_waiting(1).await;
    waiting.push(spawn(&fixture, append("tagged", tagged("x", &["seat:1"]))));
    fixture.until_waiting(2).await;
    for n in 0..40 {
        waiting.push(spawn(&fixture, append(&n.to_string(), tagged("closed", &[]))));
    }
    fixture.until_waiting(6).await;
    assert!(!waiting.iter().any(JoinHandle::is_finished));
    tx.commit().await.unwrap();

    for waited in waiting {
        assert!(waited.await.unwrap().unwrap().position() > rests.position());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_condition_holds_in_the_callers_transaction() {
    let fixture = fixture().await;
    let rests = || unless("b", tagged("x", &["seat:1"]), item(&[], &["seat:1"]));

    let mut tx = fixture.pool.begin().await.unwrap();
    fixture.store.append_within(&mut tx, rests()).await.unwrap();
    let store = fixture.store.clone();
    let other = rests();
    let waits = tokio::spawn(async move { store.append(other).await });
    fixture.until_waiting(1).await;
    let again = refused_by(fixture.store.append_within(&mut tx, rests()).await);
    let usable = fixture.store.append_within(&mut tx, append("c", tagged("x", &[]))).await;
    tx.commit().await.unwrap();

    assert_eq!(again, Position(1));
    usable.unwrap();
    assert_eq!(refused_by(waits.await.unwrap()), Position(1));
}

/// So many locks would fill the server's table; the append keeps everybody out instead.
#[tokio::test(flavor = "multi_thread")]
async fn an_append_with_very_many_tags_keeps_the_others_out() {
    let fixture = fixture().await;
    let tags: Vec<_> = (0..300).map(|n| format!("seat:{n}")).collect();
    let event = tagged("x", &tags.iter().map(String::as_str).collect::<Vec<_>>());
    let mut tx = fixture.pool.begin().await.unwrap();
    fixture.store.append_within(&mut tx, append("a", event)).await.unwrap();
    let locks = "SELECT count(*) FROM pg_locks JOIN pg_stat_activity USING (pid) \
                 WHERE locktype = 'advisory' AND datname = current_database()";
    assert!(fixture.number(locks).await < 10);

    let store = fixture.store.clone();
    let waits = tokio::spawn(async move {
        store.append(unless("b", tagged("x", &[]), item(&[], &["seat:299"]))).await
    });
    fixture.until_waiting(1).await;
    tx.commit().await.unwrap();

    assert_eq!(refused_by(waits.await.unwrap()), Position(1));
}

/// Each in a transaction that stays open.
#[tokio::test(flavor = "multi_thread")]
async fn writers_of_one_tag_do_not_wait_for_each_other() {
    let fixture = fixture().await;
    let mut open = Vec::new();

    for n in 0..8 {
        let mut tx = fixture.pool.begin().await.unwrap();
        let event = tagged("x", &["tenant:hot"]);
        fixture.store.append_within(&mut tx, append(&n.to_string(), event)).await.unwrap();
        open.push(tx);
    }
    let alone = fixture.store.append(append("alone", tagged("x", &["tenant:hot"]))).await;

    alone.unwrap();
    assert_eq!(fixture.waiting().await, 0);
    for tx in open {
        tx.commit().await.unwrap();
    }
}

/// The second time its own event matches, or does not; the id is in the store either way.
#[tokio::test(flavor = "multi_thread")]
async fn an_append_that_is_sent_again_has_its_first_answer_whatever_its_condition() {
    let fixture = fixture().await;
    let matches_itself = unless("a", tagged("x", &["seat:1"]), item(&[], &["seat:1"]));
    let matches_not = unless("b", tagged("x", &["seat:2"]), item(&[], &["seat:3"]));

    for append in [matches_itself, matches_not] {
        let first = fixture.store.append(append.clone()).await.unwrap();
        let again = fixture.store.append(append.clone()).await.unwrap();
        let mut tx = fixture.pool.begin().await.unwrap();
        let within = fixture.store.append_within(&mut tx, append).await.unwrap();
        tx.commit().await.unwrap();

        assert!(!first.already);
        assert!(again.already && within.already);
        assert_eq!(again.streams, first.streams);
        assert_eq!(within.streams, first.streams);
    }
}

/// Whoever writes a tag that somebody rests on waits, by itself, in a batch or with two streams; the
/// neighbours in the batch do not. Six wait for the tag at a time: half of the pool.
#[tokio::test(flavor = "multi_thread")]
async fn an_append_that_waits_for_a_tag_holds_no_neighbour_up() {
    let fixture = fixture().await;
    let mut tx = fixture.pool.begin().await.unwrap();
    let rests = unless("rests", tagged("x", &[]), item(&[], &["seat:1"]));
    let rests = fixture.store.append_within(&mut tx, rests).await.unwrap();

    let two = Append::new(vec![
        StreamAppend::new(stream("two-a"), ExpectedVersion::Any, vec![tagged("x", &["seat:1"])]),
        StreamAppend::new(stream("two-b"), ExpectedVersion::Any, vec![tagged("x", &[])]),
    ]);
    let mut waiting = vec![spawn(&fixture, two.unwrap())];
    fixture.until_waiting(1).await;
    let mut neighbours = Vec::new();
    for n in 0..60 {
        neighbours.push(spawn(&fixture, append(&format!("n{n}"), tagged("x", &["seat:2"]))));
        waiting.push(spawn(&fixture, append(&format!("w{n}"), tagged("x", &["seat:1"]))));
    }
    for neighbour in neighbours {
        neighbour.await.unwrap().unwrap();
    }
    fixture.until_waiting(6).await;
    assert!(!waiting.iter().any(JoinHandle::is_finished));
    tx.commit().await.unwrap();

    for waited in waiting {
        assert!(waited.await.unwrap().unwrap().position() > rests.position());
    }
}

/// In batches, some of whose appends are refused, and in chunks: each event has the tags it was given.
#[tokio::test(flavor = "multi_thread")]
async fn every_event_has_its_own_tags() {
    let fixture = fixture().await;
    let of_key = |key: &str, expected, count: usize| {
        let own = format!("own:{key}");
        let events = (0..count).map(|nth| match nth % 3 {
            0 => tagged(key, &[&own, "hot:1"]),
            1 => tagged(key, &[]),
            _ => tagged(key, &[&own]),
        });
        Append::to(stream(key), expected, events.collect()).unwrap()
    };

    let mut appends: Vec<_> = (0..120)
        .map(|nth| {
            let wrong =
                if nth % 5 == 0 { ExpectedVersion::StreamExists } else { ExpectedVersion::Any };
            of_key(&format!("k{nth}"), wrong, nth % 7 + 1)
        })
        .collect();
    appends.push(of_key("large", ExpectedVersion::Any, 10_000));
    let answers = in_parallel(&fixture, appends).await;

    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 97);
    let wrong = "SELECT count(*) FROM es.events FULL JOIN es.tags USING (position) \
                 WHERE (events.version % 3 = 1) <> (tags.tag IS NOT DISTINCT FROM 'hot:1') \
                   AND tags.tag IS DISTINCT FROM 'own:' || events.name \
                    OR (events.version % 3 = 2) <> (tags.tag IS NULL)";
    assert_eq!(fixture.number(wrong).await, 0);
    let rows = fixture.number("SELECT count(*) FROM es.tags").await;
    let expected = "SELECT sum(CASE version % 3 WHEN 1 THEN 2 WHEN 2 THEN 0 ELSE 1 END)::bigint FROM es.events";
    assert_eq!(rows, fixture.number(expected).await);
}
