//! Answers in transactions, and whoever waits for one.

use es_core::prelude::*;
use es_core::{AppendError, StoreErrorKind};
use tokio::task::JoinSet;

use super::{first_answer, memory, once, request};
use crate::support::{append, exact, fixture, part};

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_is_under_way_is_waited_for() {
    let fixture = fixture().await;
    let mut open = fixture.pool.begin().await.unwrap();
    fixture.store.append_within(&mut open, once("a", "r1", 1)).await.unwrap();

    let store = fixture.store.clone();
    let second = tokio::spawn(async move { store.append(once("b", "r1", 2)).await });
    let store = fixture.store.clone();
    let third = tokio::spawn(async move { store.answer_request(request("r1", 3)).await });
    fixture.until_waiting(2).await;
    open.commit().await.unwrap();

    assert_eq!(first_answer(second.await.unwrap()).answer.as_str(), "1");
    assert_eq!(third.await.unwrap().unwrap().unwrap().answer.as_str(), "1");
    assert!(fixture.versions("b").await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_whose_transaction_ends_without_it_is_free_again() {
    let fixture = fixture().await;
    let mut open = fixture.pool.begin().await.unwrap();
    fixture.store.append_within(&mut open, once("a", "r1", 1)).await.unwrap();
    let store = fixture.store.clone();
    let second = tokio::spawn(async move { store.append(once("b", "r1", 2)).await });
    fixture.until_waiting(1).await;

    open.rollback().await.unwrap();

    second.await.unwrap().unwrap();
    assert_eq!(memory(&fixture, "r1").await.answered.unwrap().answer.as_str(), "2");
    assert!(fixture.versions("a").await.is_empty());
}

/// The transaction may hold streams that the other one waits for, so it does not wait itself.
#[tokio::test(flavor = "multi_thread")]
async fn a_transaction_of_the_callers_does_not_wait_for_a_request() {
    let fixture = fixture().await;
    let mut open = fixture.pool.begin().await.unwrap();
    fixture.store.append_within(&mut open, once("a", "r1", 1)).await.unwrap();

    let mut other = fixture.pool.begin().await.unwrap();
    let error = fixture.store.append_within(&mut other, once("b", "r1", 2)).await.unwrap_err();

    let AppendError::Store(error) = error else { panic!("another error: {error:?}") };
    assert_eq!(error.kind(), StoreErrorKind::Contention);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_in_the_callers_transaction_is_found_there() {
    let fixture = fixture().await;
    fixture.store.append(once("a", "r1", 1)).await.unwrap();

    let mut open = fixture.pool.begin().await.unwrap();
    let refused = fixture.store.append_within(&mut open, once("b", "r1", 2)).await;
    fixture.store.append_within(&mut open, once("b", "r2", 3)).await.unwrap();
    open.commit().await.unwrap();

    assert_eq!(first_answer(refused).answer.as_str(), "1");
    assert_eq!(fixture.versions("b").await, [1]);
}

/// Every form of an append keeps the answer: of one stream, of several, too large for a statement.
#[tokio::test(flavor = "multi_thread")]
async fn every_form_of_an_append_keeps_its_answer() {
    let fixture = fixture().await;
    let several = vec![part("a", exact(0), 1), part("b", exact(0), 0)];
    let appends = [
        append("c", exact(0), 2),
        Append::new(several).unwrap(),
        append("d", ExpectedVersion::NoStream, 5_000),
    ];
    for (nth, append) in appends.into_iter().enumerate() {
        let id = format!("r{nth}");
        let append = append.with_request(request(&id, nth as u64));

        let stored = fixture.store.append(append.clone()).await.unwrap();
        let again = fixture.store.append(append).await.unwrap();
        let refused = fixture.store.append(once("e", &id, 9)).await;

        let versions: Vec<_> = stored.streams.iter().map(|stream| stream.version).collect();
        assert_eq!(first_answer(refused).versions, versions);
        assert!(again.already);
    }
    assert!(fixture.versions("e").await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_append_through_a_lock_keeps_its_answer() {
    let fixture = fixture().await;
    let draft = append("a", ExpectedVersion::Any, 1);
    let lock = fixture.store.lock(&draft, std::time::Duration::from_secs(5)).await.unwrap();

    lock.unwrap().append(once("a", "r1", 1)).await.unwrap();

    assert_eq!(first_answer(fixture.store.append(once("b", "r1", 2)).await).answer.as_str(), "1");
}

/// Those who wait for one request leave half of the pool to others. Each waits until it is answered, and is not told
/// of a lock.
#[tokio::test(flavor = "multi_thread")]
async fn answers_that_wait_leave_half_of_the_pool_to_others() {
    let fixture = fixture().await;
    let mut open = fixture.pool.begin().await.unwrap();
    fixture.store.append_within(&mut open, once("a", "r1", 1)).await.unwrap();
    let mut answers = JoinSet::new();
    for number in 0..20 {
        let store = fixture.store.clone();
        answers.spawn(async move { store.answer_request(request("r1", number)).await });
    }
    fixture.until_waiting(6).await;

    fixture.store.append(append("b", exact(0), 1)).await.unwrap();
    let waiting = fixture.waiting().await;
    open.commit().await.unwrap();

    assert!(waiting <= 6, "half of the twelve of the pool, and not {waiting}");
    for answer in answers.join_all().await {
        assert_eq!(answer.unwrap().unwrap().answer.as_str(), "1");
    }
}
