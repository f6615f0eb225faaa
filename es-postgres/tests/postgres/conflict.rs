//! Who may append, and who learns what.

use es_core::prelude::*;
use es_core::{AppendError, Conflict};
use futures_util::future::join_all;

use crate::support::{Fixture, exact, fixture, part, stream};

fn conflict(error: AppendError) -> Conflict {
    match error {
        AppendError::Conflict(conflict) => conflict,
        other => panic!("{other:?}"),
    }
}

async fn refused(fixture: &Fixture, key: &str, expected: ExpectedVersion) -> Version {
    conflict(fixture.put(key, expected, 1).await.unwrap_err()).actual
}

#[tokio::test(flavor = "multi_thread")]
async fn all_four_expectations_are_enforced() {
    use ExpectedVersion::{Any, NoStream, StreamExists};
    let fixture = fixture().await;

    assert_eq!(refused(&fixture, "a", StreamExists).await, Version(0));
    assert_eq!(refused(&fixture, "a", exact(1)).await, Version(0));
    assert_eq!(refused(&fixture, "a", exact(u64::MAX)).await, Version(0));
    fixture.put("a", NoStream, 1).await.unwrap();
    assert_eq!(refused(&fixture, "a", NoStream).await, Version(1));
    assert_eq!(refused(&fixture, "a", exact(0)).await, Version(1));
    fixture.put("a", StreamExists, 1).await.unwrap();
    fixture.put("a", Any, 1).await.unwrap();
    fixture.put("a", exact(3), 1).await.unwrap();
    assert_eq!(refused(&fixture, "a", exact(3)).await, Version(4));
    fixture.put("b", Any, 1).await.unwrap();
    fixture.put("c", exact(0), 1).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_conflict_leaves_nothing_behind() {
    let fixture = fixture().await;
    fixture.put("a", exact(0), 1).await.unwrap();
    let state = "SELECT last_value + (SELECT count(*) FROM es.streams) + (SELECT count(*) FROM es.events) \
                 FROM es.events_position_seq";
    let before = fixture.number(state).await;

    let error = fixture
        .store
        .append(Append::new(vec![part("new", exact(0), 1), part("a", exact(7), 1)]).unwrap())
        .await
        .unwrap_err();

    let conflict = conflict(error);
    assert_eq!((conflict.stream, conflict.actual), (stream("a"), Version(1)));
    assert_eq!(fixture.number(state).await, before);
    assert!(fixture.versions("new").await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_writers_one_wins_each_version() {
    let fixture = fixture().await;

    for version in 0..20 {
        let answers = join_all((0..16).map(|_| {
            let store = fixture.store.clone();
            tokio::spawn(async move {
                store.append(crate::support::append("hot", exact(version), 1)).await
            })
        }))
        .await;
        let (won, lost): (Vec<_>, Vec<_>) =
            answers.into_iter().map(Result::unwrap).partition(Result::is_ok);

        assert_eq!(won.len(), 1);
        for error in lost {
            assert_eq!(conflict(error.unwrap_err()).actual, Version(version + 1));
        }
    }

    assert_eq!(fixture.versions("hot").await, (1..=20).collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread")]
async fn everybody_who_expects_nothing_gets_through() {
    let fixture = fixture().await;

    let answers = join_all((0..60).map(|_| fixture.put("hot", ExpectedVersion::Any, 3))).await;

    let mut versions: Vec<u64> =
        answers.into_iter().map(|a| a.unwrap().streams[0].version.0).collect();
    versions.sort_unstable();
    assert_eq!(versions, (1..=60).map(|n| n * 3).collect::<Vec<_>>());
    let page =
        fixture.store.stream_page(&stream("hot"), Cursor::<Version>::START, 500).await.unwrap();
    assert!(page.is_sorted_by(|a, b| a.position < b.position && a.recorded_at <= b.recorded_at));
}

#[tokio::test(flavor = "multi_thread")]
async fn appends_in_opposite_order_do_not_deadlock() {
    let fixture = fixture().await;
    let parts = |forwards: bool| {
        let mut parts = vec![
            part("a", ExpectedVersion::Any, 1),
            part("b", ExpectedVersion::Any, 1),
            part("c", ExpectedVersion::Any, 1),
        ];
        if !forwards {
            parts.reverse();
        }
        Append::new(parts).unwrap()
    };

    let answers = join_all((0..80).map(|nth| {
        let (store, append) = (fixture.store.clone(), parts(nth % 2 == 0));
        tokio::spawn(async move { store.append(append).await })
    }))
    .await;

    for answer in answers {
        answer.unwrap().unwrap();
    }
    assert_eq!(fixture.number("SELECT count(*) FROM es.events").await, 240);
    let deadlocks = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()";
    assert_eq!(fixture.number(deadlocks).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_precondition_alone_stores_nothing() {
    let fixture = fixture().await;
    fixture.put("a", exact(0), 2).await.unwrap();

    let held = fixture.put("a", exact(2), 0).await.unwrap();
    let new = fixture.put("b", ExpectedVersion::NoStream, 0).await.unwrap();

    assert_eq!(held.streams[0].version, Version(2));
    assert_eq!(held.position(), None);
    assert_eq!(new.streams[0].version, Version(0));
    assert_eq!(refused_empty(&fixture, "a", exact(1)).await, Version(2));
    assert_eq!(fixture.number("SELECT count(*) FROM es.streams").await, 1);
}

async fn refused_empty(fixture: &Fixture, key: &str, expected: ExpectedVersion) -> Version {
    conflict(fixture.put(key, expected, 0).await.unwrap_err()).actual
}

/// Two rules that each rest on the other's stream: "one of both stays empty". With snapshots alone
/// both would be written.
#[tokio::test(flavor = "multi_thread")]
async fn two_appends_that_rest_on_each_other_do_not_both_succeed() {
    let fixture = fixture().await;

    for round in 0..30 {
        let (left, right) = (format!("left-{round}"), format!("right-{round}"));
        let rule = |written: &str, empty: &str| {
            let append =
                Append::new(vec![part(written, exact(0), 1), part(empty, exact(0), 0)]).unwrap();
            let store = fixture.store.clone();
            tokio::spawn(async move { store.append(append).await })
        };

        let answers = join_all([rule(&left, &right), rule(&right, &left)]).await;

        let won = answers.into_iter().filter(|a| a.as_ref().unwrap().is_ok()).count();
        assert_eq!(won, 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_precondition_waits_for_a_running_append() {
    let fixture = fixture().await;
    let mut tx = fixture.pool.begin().await.unwrap();
    fixture.store.append_within(&mut tx, crate::support::append("a", exact(0), 1)).await.unwrap();

    let store = fixture.store.clone();
    let precondition =
        tokio::spawn(async move { store.append(crate::support::append("a", exact(0), 0)).await });
    fixture.until_waiting(1).await;
    tx.commit().await.unwrap();

    assert_eq!(conflict(precondition.await.unwrap().unwrap_err()).actual, Version(1));
}

/// Each of two large appends rests on a stream that the other one writes to. They lock too little
/// to meet there; the gate keeps them apart.
#[tokio::test(flavor = "multi_thread")]
async fn large_appends_that_rely_on_each_other_never_both_succeed() {
    let fixture = fixture().await;
    let large = |rests: &str, writes: &str, others: &str| {
        let mut parts =
            vec![part(rests, ExpectedVersion::NoStream, 0), part(writes, ExpectedVersion::Any, 1)];
        parts.extend((0..256).map(|n| part(&format!("{others}{n}"), ExpectedVersion::Any, 1)));
        Append::new(parts).unwrap()
    };

    for round in 0..5 {
        let (a, b) = (format!("a{round}"), format!("b{round}"));
        let one = fixture.store.append(large(&a, &b, &format!("one{round}-")));
        let other = fixture.store.append(large(&b, &a, &format!("other{round}-")));

        let (one, other) = tokio::join!(one, other);

        assert_eq!([one.is_ok(), other.is_ok()].iter().filter(|ok| **ok).count(), 1, "{round}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_append_that_rests_on_too_many_streams_is_refused_with_the_limit() {
    let fixture = fixture().await;
    let parts = (0..257).map(|n| part(&n.to_string(), ExpectedVersion::NoStream, 0)).collect();

    let error = fixture.store.append(Append::new(parts).unwrap()).await.unwrap_err();

    let why = std::error::Error::source(&error).map(ToString::to_string);
    let limit =
        "an append can rest on 256 streams that it does not write to, and this one rests on 257";
    assert_eq!(why.as_deref(), Some(limit));
}
