//! Appends that go out together, and what none of them does to another.

use std::time::Duration;

use es_core::prelude::*;
use es_core::{AppendError, Appended, EventName, EventTag, NewEvent, Payload, RawEvent};
use es_postgres::PgStore;
use es_postgres::sqlx::pool::PoolConnection;
use es_postgres::sqlx::postgres::PgPoolOptions;
use es_postgres::sqlx::{PgPool, Postgres};
use futures_util::FutureExt;
use futures_util::future::join_all;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::support::{Fixture, append, begun, event, exact, fixture, stream, tagged};

pub(crate) type Answer = Result<Appended, AppendError>;

/// Long enough for whatever does not wait.
pub(crate) const SOON: Duration = Duration::from_secs(20);

fn version(answer: Answer) -> u64 {
    answer.unwrap().streams[0].version.0
}

/// A store that sends nothing until the connection is given back: the one place of lone appends, on a
/// pool of one, is taken, and both tasks that send batches have one. Whatever else is asked for queues.
pub(crate) struct Blocked {
    pub(crate) store: PgStore,
    pool: PgPool,
    pub(crate) connection: PoolConnection<Postgres>,
    ahead: Vec<JoinHandle<Answer>>,
}

pub(crate) async fn blocked(fixture: &Fixture) -> Blocked {
    let pool = PgPoolOptions::new().max_connections(1).test_before_acquire(false);
    let pool = pool.connect(fixture.database.url()).await.unwrap();
    let store = PgStore::new(pool.clone());
    // What a process knows of tags, it knows from such a call.
    store.missing_tag(&[own_tag()]).await.unwrap();
    let connection = pool.acquire().await.unwrap();
    let mut ahead = Vec::new();
    for nth in 0..3 {
        ahead.push(queue(&store, append(&format!("ahead-{nth}"), ExpectedVersion::Any, 1)));
        while queued(&store) > 0 {
            tokio::task::yield_now().await;
        }
    }
    Blocked { store, pool, connection, ahead }
}

/// The tag that every event `numbered` has to have.
fn own_tag() -> EventTag {
    EventTag::new(EventName::new("numbered").unwrap(), "number")
}

/// Queues the append before it returns.
pub(crate) fn queue(store: &PgStore, append: Append) -> JoinHandle<Answer> {
    let store = store.clone();
    let mut future = Box::pin(async move { store.append(append).await });
    let polled = future.as_mut().now_or_never();
    tokio::spawn(async move {
        match polled {
            Some(answer) => answer,
            None => future.await,
        }
    })
}

/// Sends all of them in this order and in one statement, if they can ride in one.
pub(crate) async fn together(fixture: &Fixture, appends: Vec<Append>) -> Vec<Answer> {
    let blocked = blocked(fixture).await;
    let sent: Vec<_> = appends.into_iter().map(|append| queue(&blocked.store, append)).collect();
    drop(blocked.connection);
    let answers = join_all(sent).await.into_iter().map(Result::unwrap).collect();
    for ahead in blocked.ahead {
        ahead.await.unwrap().unwrap();
    }
    answers
}

/// As the store shows it.
fn queued(store: &PgStore) -> usize {
    let shown = format!("{store:?}");
    let (_, rest) = shown.split_once("queued_appends: ").unwrap();
    rest.split(',').next().unwrap().parse().unwrap()
}

pub(crate) fn broken_event() -> NewEvent {
    let payload = Payload::from_store("{\"cents\":".to_owned());
    let name = EventName::new("broken").unwrap();
    NewEvent::new(RawEvent::new(name, SchemaVersion(1), payload), Metadata::default())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_conflict_does_not_touch_its_neighbours() {
    let fixture = fixture().await;

    let answers = together(
        &fixture,
        vec![append("a", exact(0), 2), append("b", exact(7), 1), append("c", exact(0), 1)],
    )
    .await;

    let [a, b, c] = <[Answer; 3]>::try_from(answers).unwrap();
    assert_eq!((version(a), version(c)), (2, 1));
    assert!(matches!(b, Err(AppendError::Conflict(conflict)) if conflict.actual == Version(0)));
    assert!(fixture.versions("b").await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_server_cannot_read_does_not_touch_its_neighbours() {
    let fixture = fixture().await;
    let broken = Append::to(stream("b"), exact(0), vec![event("{}"), broken_event()]).unwrap();

    let answers =
        together(&fixture, vec![append("a", exact(0), 2), broken, append("c", exact(0), 1)]).await;

    let [a, b, c] = <[Answer; 3]>::try_from(answers).unwrap();
    assert_eq!((version(a), version(c)), (2, 1));
    assert!(matches!(b, Err(AppendError::Store(_))), "{b:?}");
    assert!(fixture.versions("b").await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_lacks_a_tag_does_not_ride() {
    let fixture = fixture().await;
    let put = |key: &str, new| Append::to(stream(key), ExpectedVersion::Any, vec![new]).unwrap();
    let mut appends: Vec<_> =
        (0..9).map(|nth| append(&format!("n{nth}"), ExpectedVersion::NoStream, 1)).collect();
    appends.insert(4, put("whole", tagged("numbered", &["number:1"])));
    appends.insert(5, put("lacks", tagged("numbered", &[])));

    let mut answers = together(&fixture, appends).await;

    assert!(matches!(answers.remove(5), Err(AppendError::LacksTag(lacks)) if lacks.0 == own_tag()));
    for answer in answers {
        answer.unwrap();
    }
    let statements = "SELECT count(DISTINCT events.xmin::text) FROM es.events \
                      JOIN es.streams ON streams.id = events.stream WHERE key NOT LIKE 'ahead%'";
    assert_eq!(fixture.number(statements).await, 1, "those that lack nothing share one");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_twin_does_not_touch_its_neighbours() {
    let fixture = fixture().await;
    let stored = append("old", exact(0), 1);
    fixture.store.append(stored.clone()).await.unwrap();
    let twin = append("t", exact(0), 1);
    let mut elsewhere = twin.clone().into_parts();
    elsewhere[0].stream = stream("u");
    let elsewhere = Append::new(elsewhere).unwrap();

    let answers = together(
        &fixture,
        vec![
            append("a", exact(0), 1),
            twin.clone(),
            twin,
            elsewhere,
            stored,
            append("c", exact(0), 1),
        ],
    )
    .await;

    let [a, twin, again, elsewhere, old, c] = <[Answer; 6]>::try_from(answers).unwrap();
    assert_eq!((version(a), version(c)), (1, 1));
    let (twin, again) = (twin.unwrap(), again.unwrap());
    assert_eq!(twin.streams, again.streams);
    assert!(twin.already != again.already);
    assert!(matches!(elsewhere, Err(AppendError::DuplicateEvent { .. })), "{elsewhere:?}");
    assert!(old.unwrap().already);
    // A statement that fails has taken positions for all its appends, neighbours as well.
    let given = fixture.number("SELECT last_value FROM es.events_position_seq").await;
    let stored = fixture.number("SELECT count(*) FROM es.events").await;
    assert_eq!(given, stored, "no statement has failed");
}

#[tokio::test(flavor = "multi_thread")]
async fn appends_to_one_stream_follow_each_other() {
    let fixture = fixture().await;
    fixture.put("exact", exact(0), 3).await.unwrap();
    let any = (0..40).map(|_| append("any", ExpectedVersion::Any, 2));
    let exactly = (0..40).map(|nth| append("exact", exact(3 + nth), 1));

    let answers = together(&fixture, any.chain(exactly).collect()).await;

    let versions: Vec<u64> = answers.into_iter().map(version).collect();
    let expected = (1..=40).map(|nth| nth * 2).chain(4..=43);
    assert_eq!(versions, expected.collect::<Vec<_>>());
    assert_eq!(fixture.versions("any").await, (1..=80).collect::<Vec<_>>());
    assert_eq!(fixture.versions("exact").await, (1..=43).collect::<Vec<_>>());
}

/// The first of a chain expects the wrong version: nothing of what rested on it is accepted for it,
/// and what expects nothing is stored all the same.
#[tokio::test(flavor = "multi_thread")]
async fn what_follows_a_refused_append_is_judged_by_itself() {
    let fixture = fixture().await;

    let answers = together(
        &fixture,
        vec![
            append("a", exact(5), 1),
            append("a", exact(6), 1),
            append("a", ExpectedVersion::Any, 1),
        ],
    )
    .await;

    let [first, second, third] = <[Answer; 3]>::try_from(answers).unwrap();
    for refused in [first, second] {
        assert!(matches!(refused, Err(AppendError::Conflict(_))), "{refused:?}");
    }
    assert_eq!(version(third), 1);
}

/// Of two appends that expect the same version one is stored, whichever way they go.
#[tokio::test(flavor = "multi_thread")]
async fn two_that_expect_the_same_version_do_not_both_ride() {
    let fixture = fixture().await;

    let answers =
        together(&fixture, vec![append("a", exact(0), 1), append("a", exact(0), 1)]).await;

    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
    assert_eq!(fixture.versions("a").await, [1]);
}

/// Hundreds of appends to one stream are queued before the one to another; it does not wait for all
/// of them.
#[tokio::test(flavor = "multi_thread")]
async fn a_hot_stream_does_not_hold_up_the_others() {
    let fixture = fixture().await;
    let hot = (0..400).map(|_| append("hot", ExpectedVersion::Any, 1));

    let answers = together(&fixture, hot.chain([append("cold", exact(0), 1)]).collect()).await;

    let cold = answers[400].as_ref().unwrap().position().unwrap();
    let later =
        answers[..400].iter().filter(|answer| answer.as_ref().unwrap().position().unwrap() > cold);
    assert!(later.count() >= 300);
}

/// More than the queue holds: callers wait outside of it, and everybody is served.
#[tokio::test(flavor = "multi_thread")]
async fn a_full_queue_makes_callers_wait_and_loses_nobody() {
    let fixture = fixture().await;
    let blocked = blocked(&fixture).await;

    let sent: Vec<_> = (0..3000)
        .map(|nth| append(&format!("s{}", nth % 1500), ExpectedVersion::Any, 1))
        .map(|append| queue(&blocked.store, append))
        .collect();
    let full = queued(&blocked.store);
    drop(blocked.connection);
    for sent in sent {
        sent.await.unwrap().unwrap();
    }

    assert_eq!(full, 1022, "and two that wait for their connection");
    assert_eq!(queued(&blocked.store), 0);
    assert_eq!(fixture.number("SELECT count(*) FROM es.events").await, 3003);
}

#[tokio::test(flavor = "multi_thread")]
async fn callers_that_go_away_while_they_wait_leave_no_trace() {
    let fixture = fixture().await;
    let blocked = blocked(&fixture).await;
    let gone: Vec<_> = (0..1500)
        .map(|nth| queue(&blocked.store, append(&format!("gone-{nth}"), exact(0), 1)))
        .collect();

    for gone in &gone {
        gone.abort();
    }
    join_all(gone).await;
    drop(blocked.connection);
    let after = blocked.store.append(append("after", exact(0), 1)).await;

    assert_eq!(version(after), 1);
    assert_eq!(queued(&blocked.store), 0);
    assert_eq!(fixture.number("SELECT count(*) FROM es.streams WHERE key LIKE 'gone%'").await, 0);
}

/// The caller of a lone append stops polling it. Others are not held up by that, neither at the same
/// stream nor elsewhere.
#[tokio::test(flavor = "multi_thread")]
async fn a_future_that_nobody_polls_holds_nobody_up() {
    let fixture = fixture().await;
    let paused = [0, 1].map(|nth| {
        let append = || append(&format!("p{nth}"), ExpectedVersion::Any, 1);
        begun(|| fixture.store.append(append()))
    });

    let others = (0..20)
        .map(|nth| fixture.store.append(append(&format!("p{}", nth % 4), ExpectedVersion::Any, 1)));
    let others = timeout(SOON, join_all(others)).await.unwrap();

    for other in others {
        other.unwrap();
    }
    drop(paused);
}

/// A store that outlives the runtime which began to use it.
#[test]
fn a_runtime_that_goes_away_takes_nobody_with_it() {
    let runtime = || {
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap()
    };
    let (staying, going) = (runtime(), runtime());
    let fixture = staying.block_on(fixture());
    let store = fixture.store.clone();
    let others: Vec<_> = (0..200)
        .map(|nth| {
            let store = store.clone();
            going.spawn(async move {
                for round in 0..50 {
                    let key = format!("going-{nth}-{round}");
                    let _ = store.append(append(&key, exact(0), 1)).await;
                }
            })
        })
        .collect();
    let mine: Vec<_> = (0..50)
        .map(|nth| {
            let store = store.clone();
            staying.spawn(async move {
                for round in 0..20 {
                    let sent = append(&format!("staying-{nth}"), exact(round), 1);
                    loop {
                        match store.append(sent.clone()).await {
                            Err(AppendError::Store(error)) if error.is_transient() => {}
                            done => break done.map(drop).unwrap(),
                        }
                    }
                }
            })
        })
        .collect();

    std::thread::sleep(Duration::from_millis(50));
    going.shutdown_background();

    staying.block_on(async {
        for mine in mine {
            timeout(SOON, mine).await.unwrap().unwrap();
        }
        // In the pool there may be connections of the runtime that is gone.
        let pool = PgPoolOptions::new().connect(fixture.database.url()).await.unwrap();
        let seen = Fixture { store: PgStore::new(pool.clone()), pool, database: fixture.database };
        let stored = "SELECT count(*) FROM es.streams WHERE key LIKE 'staying%'";
        assert_eq!(seen.number(stored).await, 50);
        assert_eq!(seen.versions("staying-7").await, (1..=20).collect::<Vec<_>>());
    });
    drop(others);
}

#[tokio::test(flavor = "multi_thread")]
async fn when_the_pool_closes_everybody_who_waits_is_told() {
    let fixture = fixture().await;
    let mut blocked = blocked(&fixture).await;
    let mut sent: Vec<_> =
        (0..50).map(|nth| queue(&blocked.store, append(&format!("s{nth}"), exact(0), 1))).collect();
    sent.append(&mut blocked.ahead);

    let pool = blocked.pool.clone();
    let closing = tokio::spawn(async move { pool.close().await });
    for sent in sent {
        let answer = timeout(SOON, sent).await.unwrap().unwrap();
        assert!(matches!(answer, Err(AppendError::Store(error)) if error.is_transient()));
    }
    drop(blocked.connection);
    closing.await.unwrap();

    assert_eq!(fixture.number("SELECT count(*) FROM es.events").await, 0);
}

/// A transaction of the service holds one stream, or three hundred, and is left open. Appends to
/// other streams go through; those to its streams are answered once it is over.
#[tokio::test(flavor = "multi_thread")]
async fn an_open_transaction_holds_up_its_own_streams_only() {
    let fixture = fixture().await;
    for streams in [1, 300] {
        let held = |nth: u64| format!("held-{streams}-{nth}");
        let parts =
            (0..streams).map(|nth| crate::support::part(&held(nth), ExpectedVersion::Any, 1));
        let mut transaction = fixture.pool.begin().await.unwrap();
        let append_all = Append::new(parts.collect()).unwrap();
        fixture.store.append_within(&mut transaction, append_all).await.unwrap();
        let busy: Vec<_> = (0..4)
            .map(|_| queue(&fixture.store, append(&held(0), ExpectedVersion::Any, 1)))
            .collect();

        for round in 0..5 {
            let others = (0..60).map(|nth| {
                fixture.store.append(append(&format!("free-{streams}-{nth}"), exact(round), 1))
            });
            for other in timeout(SOON, join_all(others)).await.unwrap() {
                other.unwrap();
            }
        }
        assert!(busy.iter().all(|busy| !busy.is_finished()));
        transaction.commit().await.unwrap();

        let mut versions: Vec<u64> =
            join_all(busy).await.into_iter().map(|busy| version(busy.unwrap())).collect();
        versions.sort_unstable();
        assert_eq!(versions, [2, 3, 4, 5]);
    }
}

/// It was refused if it had come by itself, whatever it rides on.
#[tokio::test(flavor = "multi_thread")]
async fn what_expects_no_stream_does_not_ride_on_what_makes_one() {
    let fixture = fixture().await;
    for first in [ExpectedVersion::Any, ExpectedVersion::NoStream] {
        let key = format!("{first:?}").to_lowercase();

        let answers = together(
            &fixture,
            vec![append(&key, first, 1), append(&key, ExpectedVersion::NoStream, 1)],
        )
        .await;

        let [first, second] = <[Answer; 2]>::try_from(answers).unwrap();
        assert_eq!(version(first), 1);
        assert!(
            matches!(second, Err(AppendError::Conflict(conflict)) if conflict.actual == Version(1))
        );
        assert_eq!(fixture.versions(&key).await, [1]);
    }
}
