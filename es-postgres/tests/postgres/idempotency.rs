//! An append that is sent again is answered as the first time.

use es_core::prelude::*;
use es_core::{AppendError, Appended, EventId, NewEvent, StreamAppend};
use es_postgres::PgStore;
use es_postgres::sqlx;
use es_postgres::sqlx::postgres::PgPoolOptions;
use futures_util::FutureExt;
use futures_util::future::join_all;

use crate::support::{Fixture, append, event, events, exact, fixture, part, stream};

/// The first answer, and no other.
fn expect_same(answer: Result<Appended, AppendError>, first: &Appended) {
    let answer = answer.unwrap();
    assert!(answer.already);
    assert_eq!(answer.streams, first.streams);
}

fn expect_taken(answer: Result<Appended, AppendError>, id: EventId) {
    match answer {
        Err(AppendError::DuplicateEvent { id: taken }) => assert_eq!(taken, id),
        other => panic!("{other:?}"),
    }
}

async fn stored(fixture: &Fixture) -> i64 {
    fixture.number("SELECT count(*) FROM es.events").await
}

fn to(key: &str, expected: ExpectedVersion, events: Vec<NewEvent>) -> Append {
    Append::to(stream(key), expected, events).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn after_success_the_answer_is_the_first_one() {
    let fixture = fixture().await;
    for expected in [ExpectedVersion::Any, exact(0), ExpectedVersion::NoStream] {
        let append = append(&format!("{expected}").replace(' ', "-"), expected, 3);
        let first = fixture.store.append(append.clone()).await.unwrap();

        expect_same(fixture.store.append(append).await, &first);
    }
    assert_eq!(stored(&fixture).await, 9);
}

#[tokio::test(flavor = "multi_thread")]
async fn after_others_wrote_the_answer_is_still_the_first_one() {
    let fixture = fixture().await;
    let append = append("a", exact(0), 2);
    let first = fixture.store.append(append.clone()).await.unwrap();
    fixture.put("a", exact(2), 5).await.unwrap();

    expect_same(fixture.store.append(append).await, &first);
    assert_eq!(stored(&fixture).await, 7);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_append_to_several_streams_is_known_with_its_preconditions() {
    let fixture = fixture().await;
    fixture.put("rests", exact(0), 1).await.unwrap();
    let append = Append::new(vec![
        part("a", exact(0), 2),
        part("rests", exact(1), 0),
        part("b", ExpectedVersion::Any, 1),
    ])
    .unwrap();
    let first = fixture.store.append(append.clone()).await.unwrap();
    fixture.put("rests", exact(1), 3).await.unwrap();

    let again = fixture.store.append(append).await.unwrap();

    assert!(again.already);
    assert_eq!((&again.streams[0], &again.streams[2]), (&first.streams[0], &first.streams[2]));
    assert_eq!(again.streams[1].version, Version(4), "what the stream is at now");
}

#[tokio::test(flavor = "multi_thread")]
async fn ids_that_stand_otherwise_are_taken() {
    let fixture = fixture().await;
    let first = events(3);
    fixture.store.append(to("a", exact(0), first.clone())).await.unwrap();
    let [one, two, three] = <[NewEvent; 3]>::try_from(first).unwrap();

    let in_part = to("a", ExpectedVersion::Any, vec![two.clone(), event("{}")]);
    let elsewhere = to("b", ExpectedVersion::Any, vec![one.clone(), two.clone(), three.clone()]);
    let reordered = to("a", exact(3), vec![two.clone(), one.clone()]);
    let with_a_gap = to("a", ExpectedVersion::Any, vec![one.clone(), three.clone()]);
    let split = Append::new(vec![
        StreamAppend::new(stream("a"), ExpectedVersion::Any, vec![one.clone(), two.clone()]),
        StreamAppend::new(stream("c"), ExpectedVersion::Any, vec![three]),
    ]);

    expect_taken(fixture.store.append(in_part).await, two.id);
    expect_taken(fixture.store.append(elsewhere).await, one.id);
    expect_taken(fixture.store.append(reordered).await, two.id);
    expect_taken(fixture.store.append(with_a_gap).await, one.id);
    expect_taken(fixture.store.append(split.unwrap()).await, one.id);
    assert_eq!(stored(&fixture).await, 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_twins_in_flight_one_is_stored_and_all_are_answered_alike() {
    let fixture = fixture().await;
    let elsewhere = PgStore::new(fixture.pool.clone());
    for round in 0..30 {
        let expected = if round % 2 == 0 { exact(0) } else { ExpectedVersion::Any };
        let append = append(&format!("twins-{round}"), expected, 2);
        let stores = [&fixture.store, &elsewhere, &fixture.store, &elsewhere];

        let answers = join_all(stores.map(|store| store.append(append.clone()))).await;

        let answers: Vec<_> = answers.into_iter().map(Result::unwrap).collect();
        assert_eq!(answers.iter().filter(|answer| !answer.already).count(), 1);
        assert!(answers.iter().all(|answer| answer.streams == answers[0].streams));
    }
    assert_eq!(stored(&fixture).await, 60);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_twin_in_an_open_transaction_is_waited_for() {
    let fixture = fixture().await;
    for commits in [true, false] {
        let append = append(&format!("a-{commits}"), exact(0), 2);
        let mut transaction = fixture.pool.begin().await.unwrap();
        let first = fixture.store.append_within(&mut transaction, append.clone()).await.unwrap();
        let store = fixture.store.clone();
        let twin = append.clone();
        let twin = tokio::spawn(async move { store.append(twin).await });
        fixture.until_waiting(1).await;

        if commits {
            transaction.commit().await.unwrap();
            expect_same(twin.await.unwrap(), &first);
        } else {
            transaction.rollback().await.unwrap();
            assert!(!twin.await.unwrap().unwrap().already);
        }
    }
    assert_eq!(stored(&fixture).await, 4);
}

/// The twin holds no lock that the append could try for: it is seen by its id only.
#[tokio::test(flavor = "multi_thread")]
async fn an_id_on_its_way_into_another_stream_is_waited_for_and_taken() {
    let fixture = fixture().await;
    let new = event("{}");
    let mut transaction = fixture.pool.begin().await.unwrap();
    let first = to("a", exact(0), vec![new.clone()]);
    fixture.store.append_within(&mut transaction, first).await.unwrap();
    let store = fixture.store.clone();
    let other = to("b", exact(0), vec![new.clone()]);
    let other = tokio::spawn(async move { store.append(other).await });
    fixture.until_waiting(1).await;

    transaction.commit().await.unwrap();

    expect_taken(other.await.unwrap(), new.id);
}

#[tokio::test(flavor = "multi_thread")]
async fn within_a_transaction_a_known_append_leaves_it_usable() {
    let fixture = fixture().await;
    let append = append("a", exact(0), 2);
    let first = fixture.store.append(append.clone()).await.unwrap();
    let mut transaction = fixture.pool.begin().await.unwrap();

    let again = fixture.store.append_within(&mut transaction, append.clone()).await;
    let [one, _] = &append.parts()[0].events[..] else { panic!() };
    let taken = to("b", exact(0), vec![one.clone()]);
    let taken = fixture.store.append_within(&mut transaction, taken).await;
    let new = crate::support::append("a", exact(2), 1);
    fixture.store.append_within(&mut transaction, new).await.unwrap();
    transaction.commit().await.unwrap();

    expect_same(again, &first);
    expect_taken(taken, one.id);
    assert_eq!(fixture.versions("a").await, [1, 2, 3]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_append_whose_future_was_dropped_is_sent_again() {
    let fixture = fixture().await;
    for round in 0..40 {
        let append = append("a", exact(round), 1);
        // A server that answers within the one poll has stored it: that is sent again as well.
        let _ = fixture.store.append(append.clone()).now_or_never();

        let answer = fixture.store.append(append).await.unwrap();

        assert_eq!(answer.streams[0].version, Version(round + 1));
    }
    assert_eq!(stored(&fixture).await, 40);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_append_whose_backend_was_killed_is_sent_again() {
    let fixture = fixture().await;
    let pool = PgPoolOptions::new().max_connections(1).test_before_acquire(false);
    let pool = pool.connect(fixture.database.url()).await.unwrap();
    let store = PgStore::new(pool.clone());
    let mut failed = 0;
    for round in 0..40 {
        let append = append("a", exact(round), 1);
        let backend: i32 =
            sqlx::query_scalar("SELECT pg_backend_pid()").fetch_one(&pool).await.unwrap();
        let kill = sqlx::query("SELECT pg_terminate_backend($1)").bind(backend);

        let (first, _) = tokio::join!(store.append(append.clone()), kill.execute(&fixture.pool));
        let again = loop {
            match store.append(append.clone()).await {
                Err(AppendError::Store(error)) if error.is_transient() => {}
                done => break done.unwrap(),
            }
        };

        failed += u32::from(first.is_err());
        assert_eq!(again.streams[0].version, Version(round + 1));
    }
    assert!(failed > 0, "none was killed in time");
    assert_eq!(stored(&fixture).await, 40);
}
