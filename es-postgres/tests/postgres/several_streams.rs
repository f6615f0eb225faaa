//! Appends to several streams that go out together with others: whole or not at all, each with a verdict of
//! its own.

use es_core::prelude::*;
use es_core::{AppendError, Appended, NewEvent, StreamAppend, Timestamp};
use es_postgres::{PgStore, sqlx};
use futures_util::future::join_all;
use tokio::time::timeout;

use crate::group::{Answer, SOON, blocked, broken_event, queue, together};
use crate::support::{Fixture, append, begun, event, exact, fixture, part, stream, tagged};

const ANY: ExpectedVersion = ExpectedVersion::Any;

/// The statements that stored what `together` sent.
const STATEMENTS: &str = "SELECT count(DISTINCT events.xmin::text) FROM es.events \
                          JOIN es.streams ON streams.id = events.stream \
                          WHERE key NOT LIKE 'ahead%' AND key NOT LIKE 'old%'";

fn several<const PARTS: usize>(parts: [StreamAppend; PARTS]) -> Append {
    Append::new(parts.into()).unwrap()
}

/// One event for each of these streams.
fn to<const STREAMS: usize>(streams: [(&str, ExpectedVersion); STREAMS]) -> Append {
    several(streams.map(|(key, expected)| part(key, expected, 1)))
}

fn versions(answer: &Answer) -> Vec<u64> {
    answer.as_ref().unwrap().streams.iter().map(|stream| stream.version.0).collect()
}

fn positions(answer: &Answer) -> Vec<Position> {
    answer.as_ref().unwrap().streams.iter().flat_map(|stream| stream.positions.clone()).collect()
}

/// Streams with an event each, so that appends at version 1 are carried by the short statements.
async fn with_old<const STREAMS: usize>(keys: [&str; STREAMS]) -> Fixture {
    let fixture = fixture().await;
    for key in keys {
        fixture.put(key, exact(0), 1).await.unwrap();
    }
    fixture
}

async fn assert_stored_as_answered(fixture: &Fixture, answer: &Appended) {
    for answered in &answer.streams {
        let before = answered.version.0 - answered.positions.len() as u64;
        let stored =
            fixture.store.stream_page(&answered.stream, Cursor::After(Version(before)), 99);
        let stored = stored.await.unwrap();
        let positions: Vec<_> = stored.iter().map(|event| event.position).collect();
        assert_eq!(answered.positions, positions, "{}", answered.stream);
        assert!(stored.iter().all(|event| event.recorded_at == answered.recorded_at));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn they_ride_with_others_and_are_answered_part_by_part() {
    let fixture = fixture().await;

    let answers = together(
        &fixture,
        vec![
            append("a", exact(0), 2),
            several([part("x", exact(0), 1), part("y", ANY, 3)]),
            append("b", exact(0), 1),
            several([part("w", ANY, 1), part("v", ANY, 2), part("u", ANY, 1), part("t", ANY, 1)]),
        ],
    )
    .await;

    let all: Vec<_> = answers.iter().map(versions).collect();
    assert_eq!(all, [vec![2], vec![1, 3], vec![1], vec![1, 2, 1, 1]]);
    for answer in &answers {
        assert!(positions(answer).is_sorted_by(|one, next| one < next));
        assert_stored_as_answered(&fixture, answer.as_ref().unwrap()).await;
    }
    assert_eq!(fixture.number(STATEMENTS).await, 1);
}

/// The same for appends that the short statements carry, and one that none of them does.
#[tokio::test(flavor = "multi_thread")]
async fn the_next_events_of_several_streams_ride_together() {
    let fixture = with_old(["old-a", "old-b", "old-c", "old-d", "old-e"]).await;

    let answers = together(
        &fixture,
        vec![
            to([("old-b", exact(1)), ("old-a", exact(1))]),
            to([("old-c", exact(1))]),
            to([("old-d", exact(1)), ("new", exact(0))]),
            to([("old-e", exact(1))]),
        ],
    )
    .await;

    let all: Vec<_> = answers.iter().map(versions).collect();
    assert_eq!(all, [vec![2, 2], vec![2], vec![2, 1], vec![2]]);
    for answer in &answers {
        assert!(positions(answer).is_sorted_by(|one, next| one < next));
        assert_stored_as_answered(&fixture, answer.as_ref().unwrap()).await;
    }
    let statements = "SELECT count(DISTINCT events.xmin::text) FROM es.events \
                      JOIN es.streams ON streams.id = events.stream \
                      WHERE (key LIKE 'old%' AND version = 2) OR key = 'new'";
    assert_eq!(fixture.number(statements).await, 2, "the short one and the long one");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_conflict_in_one_stream_refuses_the_append_and_no_neighbour() {
    let fixture = with_old(["old-a", "old-b", "old-c", "old-d"]).await;

    let answers = together(
        &fixture,
        vec![
            append("a", exact(0), 1),
            to([("x", exact(0)), ("y", exact(7)), ("z", exact(0))]),
            to([("old-a", exact(1)), ("old-b", exact(3))]),
            to([("old-c", exact(1)), ("old-d", exact(1))]),
            to([("v", exact(0)), ("w", exact(0))]),
        ],
    )
    .await;

    for (nth, key, actual) in [(1, "y", 0), (2, "old-b", 1)] {
        let Err(AppendError::Conflict(conflict)) = &answers[nth] else { panic!("{answers:?}") };
        assert_eq!((&conflict.stream, conflict.actual), (&stream(key), Version(actual)));
    }
    let stored = [&answers[0], &answers[3], &answers[4]].map(versions);
    assert_eq!(stored, [vec![1], vec![2, 2], vec![1, 1]]);
    for (key, versions) in [("x", 0), ("y", 0), ("z", 0), ("old-a", 1), ("old-b", 1)] {
        assert_eq!(fixture.versions(key).await.len(), versions, "{key}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_server_cannot_read_in_one_stream_touches_no_neighbour() {
    let fixture = fixture().await;
    let broken = StreamAppend::new(stream("y"), ANY, vec![broken_event()]);

    let answers = together(
        &fixture,
        vec![to([("a", ANY), ("b", ANY)]), several([part("x", ANY, 1), broken]), to([("c", ANY)])],
    )
    .await;

    assert!(matches!(answers[1], Err(AppendError::Store(_))), "{answers:?}");
    assert_eq!([&answers[0], &answers[2]].map(versions), [vec![1, 1], vec![1]]);
    assert!(fixture.versions("x").await.is_empty());
}

/// Appends that share streams, in one order and in the other: those at any version are stored in the
/// order in which they were queued.
#[tokio::test(flavor = "multi_thread")]
async fn those_that_share_streams_are_stored_one_after_another() {
    let fixture = fixture().await;

    let answers = together(
        &fixture,
        vec![
            to([("a", ANY), ("b", ANY)]),
            to([("b", ANY), ("a", ANY)]),
            append("a", ANY, 1),
            to([("c", ANY), ("b", ANY)]),
            to([("a", ANY), ("c", ANY)]),
        ],
    )
    .await;

    let all: Vec<_> = answers.iter().map(versions).collect();
    assert_eq!(all, [vec![1, 1], vec![2, 2], vec![3], vec![1, 3], vec![4, 2]]);
    for key in ["a", "b", "c"] {
        let stream = stream(key);
        let stored =
            fixture.store.stream_page(&stream, Cursor::<Version>::START, 99).await.unwrap();
        assert!(stored.is_sorted_by(|one, next| one.position < next.position), "{key}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_that_cross_at_one_version_one_is_stored() {
    let fixture = with_old(["old-a", "old-b"]).await;
    for version in [1, 2, 3] {
        let (a, b) = (("old-a", exact(version)), ("old-b", exact(version)));

        let answers = together(&fixture, vec![to([a, b]), to([b, a])]).await;

        assert_eq!(versions(&answers[0]), [version + 1; 2]);
        let Err(AppendError::Conflict(conflict)) = &answers[1] else { panic!("{answers:?}") };
        assert_eq!(conflict.actual, Version(version + 1));
    }
}

/// It waits for a stream that is taken; whoever comes later does not take its other stream meanwhile.
#[tokio::test(flavor = "multi_thread")]
async fn one_that_waits_is_not_overtaken_at_its_other_streams() {
    let fixture = fixture().await;
    let mut appends = vec![append("a", ANY, 1), to([("a", ANY), ("b", ANY)])];
    appends.extend((0..20).map(|_| append("b", ANY, 1)));

    let answers = together(&fixture, appends).await;

    assert_eq!(versions(&answers[1]), [2, 1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn nor_is_one_that_waits_behind_it() {
    let fixture = fixture().await;
    let appends =
        vec![append("a", ANY, 1), to([("a", ANY), ("b", ANY)]), to([("b", ANY), ("c", ANY)])];
    let appends = appends.into_iter().chain((0..20).map(|_| append("c", ANY, 1))).collect();

    let answers = together(&fixture, appends).await;

    assert_eq!(versions(&answers[1]), [2, 1]);
    assert_eq!(versions(&answers[2]), [2, 1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn nor_is_one_for_which_a_batch_has_no_room() {
    let fixture = fixture().await;
    let large = several([part("a", ANY, 3000), part("b", ANY, 1000)]);
    let appends = vec![append("c", ANY, 3000), large, append("a", ANY, 1), append("b", ANY, 1)];

    let answers = together(&fixture, appends).await;

    assert_eq!(versions(&answers[1]), [3000, 1000]);
}

#[tokio::test(flavor = "multi_thread")]
async fn ids_count_across_the_streams_of_an_append() {
    let fixture = fixture().await;
    let twin = several([part("x", exact(0), 1), part("y", exact(0), 2)]);
    let mut elsewhere = twin.clone().into_parts();
    elsewhere[0].stream = stream("z");
    let moved = elsewhere.pop().unwrap().events;
    let moved = several([part("v", ANY, 1), StreamAppend::new(stream("w"), ANY, moved)]);

    let answers =
        together(&fixture, vec![twin.clone(), twin, moved, to([("a", ANY), ("b", ANY)])]).await;

    let [first, again, moved, other] = <[Answer; 4]>::try_from(answers).unwrap();
    let (first, again) = (first.unwrap(), again.unwrap());
    assert_eq!((&first.streams, first.already, again.already), (&again.streams, false, true));
    assert!(matches!(moved, Err(AppendError::DuplicateEvent { .. })), "{moved:?}");
    assert_eq!(versions(&other), [1, 1]);
    assert!(fixture.versions("v").await.is_empty());
    let given = fixture.number("SELECT last_value FROM es.events_position_seq").await;
    let stored = fixture.number("SELECT count(*) FROM es.events").await;
    assert_eq!(given, stored, "no statement has failed");
}

/// A transaction of the service holds the stream that is locked last. It appends to the others, by itself and within,
/// and is not ended as one of a deadlock.
#[tokio::test(flavor = "multi_thread")]
async fn one_that_waits_for_a_transaction_does_not_keep_it_from_the_other_streams() {
    for queues in [false, true] {
        let fixture = with_old(["old-a", "old-b", "old-c"]).await;
        let mut holds = fixture.pool.begin().await.unwrap();
        fixture.store.append_within(&mut holds, append("old-c", ANY, 1)).await.unwrap();
        let ahead = queues.then(|| queue(&fixture.store, append("ahead", ANY, 1)));
        let waits = queue(&fixture.store, to([("old-a", ANY), ("old-b", ANY), ("old-c", ANY)]));
        fixture.until_waiting(1).await;

        for key in ["old-b", "old-a", "old-b"] {
            let own = fixture.store.append(append(key, ANY, 1));
            timeout(SOON, own).await.expect("it waits for nobody for long").unwrap();
        }
        let within = fixture.store.append_within(&mut holds, append("old-b", ANY, 1));
        timeout(SOON, within).await.expect("it waits for nobody for long").unwrap();
        assert!(!waits.is_finished());
        holds.commit().await.unwrap();

        assert_eq!(versions(&waits.await.unwrap()), [3, 5, 3]);
        if let Some(ahead) = ahead {
            ahead.await.unwrap().unwrap();
        }
    }
}

/// A transaction of the service holds a tag, and appends by itself to the stream of an append that waits for the tag.
#[tokio::test(flavor = "multi_thread")]
async fn one_that_waits_for_a_tag_keeps_nobody_from_its_stream() {
    let fixture = fixture().await;
    let lock = "SELECT pg_advisory_xact_lock(1163067395, hashtext('course:c1'))";
    let mut holds = fixture.pool.begin().await.unwrap();
    sqlx::query(lock).execute(&mut *holds).await.unwrap();
    let tagged = StreamAppend::new(stream("a"), ANY, vec![tagged("opened", &["course:c1"])]);
    let waits = queue(&fixture.store, several([tagged]));
    fixture.until_waiting(1).await;

    let own = timeout(SOON, fixture.store.append(append("a", ANY, 1))).await;
    let own = own.expect("it waits for nobody for long");
    assert!(!waits.is_finished());
    holds.commit().await.unwrap();

    assert_eq!(versions(&own), [1]);
    assert_eq!(versions(&waits.await.unwrap()), [2]);
}

/// Another transaction holds one of the streams. Whatever does not go there goes on, those of its batch as well.
#[tokio::test(flavor = "multi_thread")]
async fn one_that_finds_a_stream_busy_holds_up_its_own_streams_only() {
    let fixture = with_old(["old-a", "old-b"]).await;
    let mut holds = fixture.pool.begin().await.unwrap();
    fixture.store.append_within(&mut holds, append("old-a", ANY, 1)).await.unwrap();
    let free = |nth: usize| to([(&format!("c{nth}"), ANY), (&format!("d{nth}"), ANY)]);
    let mut free_ones: Vec<_> = (0..10).map(|nth| queue(&fixture.store, free(nth))).collect();
    let busy = queue(&fixture.store, to([("old-b", ANY), ("old-a", ANY)]));
    free_ones.extend((10..20).map(|nth| queue(&fixture.store, free(nth))));
    for free in timeout(SOON, join_all(free_ones)).await.unwrap() {
        free.unwrap().unwrap();
    }
    fixture.until_waiting(1).await;

    let beside = fixture.store.append(to([("old-b", ANY), ("e", ANY)]));
    assert_eq!(versions(&timeout(SOON, beside).await.unwrap()), [2, 1]);
    let others = (20..80).map(|nth| fixture.store.append(free(nth)));
    for other in timeout(SOON, join_all(others)).await.unwrap() {
        other.unwrap();
    }
    assert!(!busy.is_finished());
    holds.commit().await.unwrap();

    assert_eq!(versions(&busy.await.unwrap()), [3, 3]);
}

/// An append with tags rides, unless somebody rests on one of them; then nothing of it is stored.
#[tokio::test(flavor = "multi_thread")]
async fn tags_are_locked_for_the_whole_append() {
    let fixture = fixture().await;
    let lock = "SELECT pg_advisory_xact_lock(1163067395, hashtext('course:c1'))";
    let mut rests = fixture.pool.begin().await.unwrap();
    sqlx::query(lock).execute(&mut *rests).await.unwrap();
    let tagged = |key, tag| StreamAppend::new(stream(key), ANY, vec![tagged("opened", &[tag])]);
    let all = blocked(&fixture).await;
    let busy = queue(&all.store, several([tagged("x", "course:c2"), tagged("y", "course:c1")]));
    let free = queue(&all.store, several([tagged("v", "course:c2"), tagged("w", "course:c3")]));

    drop(all.connection);
    free.await.unwrap().unwrap();
    fixture.until_waiting(1).await;
    assert!(fixture.versions("x").await.is_empty());
    rests.commit().await.unwrap();

    assert_eq!(versions(&busy.await.unwrap()), [1, 1]);
    assert_eq!(fixture.number("SELECT count(*) FROM es.tags").await, 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_instant_that_one_stream_cannot_take_refuses_the_whole_append() {
    let fixture = with_old(["old-a"]).await;
    let imported = |key, micros| {
        let event: NewEvent = event("{}").with_recorded_at(Timestamp::from_unix_micros(micros));
        StreamAppend::new(stream(key), ANY, vec![event])
    };

    let answers = together(
        &fixture,
        vec![
            several([imported("x", 5), imported("old-a", 5)]),
            several([imported("y", 5), imported("z", 4)]),
            to([("a", ANY), ("b", ANY)]),
        ],
    )
    .await;

    assert!(matches!(answers[0], Err(AppendError::TimeGoesBack { .. })), "{answers:?}");
    assert_eq!([&answers[1], &answers[2]].map(versions), [vec![1, 1], vec![1, 1]]);
    assert!(fixture.versions("x").await.is_empty());
}

/// The caller goes away at any moment, also while its append is on its way in a batch.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_caller_leaves_behind_is_whole() {
    let fixture = fixture().await;
    let blocked = blocked(&fixture).await;
    let key = |nth: usize, side: &str| format!("{side}-{nth}");
    let sent: Vec<_> = (0..300)
        .map(|nth| queue(&blocked.store, to([(&key(nth, "left"), ANY), (&key(nth, "right"), ANY)])))
        .collect();

    drop(blocked.connection);
    for (nth, sent) in sent.iter().enumerate() {
        if nth % 2 == 0 {
            sent.abort();
        }
        tokio::task::yield_now().await;
    }
    let mut stored = 0;
    for sent in sent {
        stored += i64::from(sent.await.is_ok_and(|answer| answer.is_ok()));
    }
    assert!(stored >= 150, "those who stayed are answered: {stored}");
    // Behind all that were sent.
    timeout(SOON, blocked.store.append(append("left-0", ANY, 1))).await.unwrap().unwrap();

    let torn = "SELECT count(*) FROM (SELECT split_part(key, '-', 2) FROM es.events \
                JOIN es.streams ON streams.id = events.stream WHERE key LIKE '%t-%' AND key NOT LIKE '%-0' \
                GROUP BY 1 HAVING count(*) <> 2) torn";
    fixture.until(torn, 0).await;
    assert!(
        fixture.number("SELECT count(*) FROM es.streams WHERE key LIKE 'right%'").await >= stored
    );
}

/// Callers that stop polling hold nobody up, neither at their streams nor elsewhere.
#[tokio::test(flavor = "multi_thread")]
async fn futures_that_nobody_polls_hold_nobody_up() {
    let fixture = fixture().await;
    let paused = [0, 1, 2].map(|nth| {
        let append = || to([(&format!("p{nth}"), ANY), (&format!("p{}", nth + 1), ANY)]);
        begun(|| fixture.store.append(append()))
    });

    let others = (0..20)
        .map(|nth| to([(&format!("p{}", nth % 4), ANY), (&format!("q{}", nth % 3), ANY)]))
        .map(|append| fixture.store.append(append));
    let others = timeout(SOON, join_all(others)).await.unwrap();

    for other in others {
        other.unwrap();
    }
    drop(paused);
}

/// Transfers between few accounts from many tasks and two processes, as far as the server can tell: nothing is
/// lost, torn or out of order.
#[tokio::test(flavor = "multi_thread")]
async fn many_that_cross_all_succeed() {
    let fixture = fixture().await;
    let pool = PgStore::pool_options().max_connections(4).connect(fixture.database.url());
    let another = PgStore::new(pool.await.unwrap());
    let mut tasks = Vec::new();
    for task in 0..32_usize {
        let store = if task % 2 == 0 { fixture.store.clone() } else { another.clone() };
        tasks.push(tokio::spawn(async move {
            for turn in 0..20 {
                let (from, to_) = ((task + turn) % 5, (task * turn + 1) % 5);
                let from = (format!("s{from}"), ANY);
                let own = (format!("own-{task}"), exact(turn as u64));
                let append = if from.0 == format!("s{to_}") {
                    to([(&own.0, own.1), (&from.0, from.1)])
                } else {
                    to([(&from.0, from.1), (&own.0, own.1), (&format!("s{to_}"), ANY)])
                };
                store.append(append).await.unwrap();
            }
        }));
    }

    for task in tasks {
        timeout(SOON, task).await.unwrap().unwrap();
    }

    let disordered = "SELECT count(*) FROM (SELECT position, version, \
                        lag(position) OVER (PARTITION BY stream ORDER BY version) AS before, \
                        row_number() OVER (PARTITION BY stream ORDER BY version) AS nth FROM es.events) e \
                      WHERE position < before OR version <> nth";
    assert_eq!(fixture.number(disordered).await, 0);
    for task in 0..32 {
        assert_eq!(fixture.versions(&format!("own-{task}")).await.len(), 20);
    }
}
