//! Requests at the same time, alone and among others.

use es_core::prelude::*;
use futures_util::future::join_all;

use super::request;
use crate::fixture::*;
use crate::gated::Gated;

/// Both have found no answer, and have read the same state, when one of them is stored.
#[tokio::test]
async fn a_request_that_is_sent_twice_at_once_has_one_effect_and_one_answer() {
    let store = Gated::new(bank(10).await);
    let accounts = accounts(&store);
    let send = || {
        let accounts = accounts.clone();
        let withdraw = withdraw(ada(), 4);
        tokio::spawn(async move { accounts.execute_once(&request("r1"), withdraw).await.unwrap() })
    };
    store.appends.close();

    let both = [send(), send()];
    store.appends.until_waiting(2).await;
    store.appends.open();

    let answers: Vec<_> = join_all(both).await.into_iter().map(Result::unwrap).collect();
    assert_eq!(answers[0].events, answers[1].events);
    assert_eq!(answers.iter().filter(|answer| answer.again()).count(), 1);
    let stored = accounts.load(&ada()).await.unwrap();
    assert_eq!((stored.version, stored.state.cents), (Version(3), 6));
}

/// The second is decided on the effect of the first, and would be refused.
#[tokio::test]
async fn a_second_sending_that_would_be_refused_has_the_first_answer() {
    let store = Gated::new(bank(10).await);
    let accounts = accounts(&store);
    let again = accounts.clone();
    store.reads.close();
    let slow =
        tokio::spawn(async move { again.execute_once(&request("r1"), withdraw(ada(), 8)).await });
    store.reads.until_waiting(1).await;
    let other = self::accounts(&store.inner);
    let done = other.execute_once(&request("r1"), withdraw(ada(), 8)).await.unwrap();
    store.reads.open();

    let slow = slow.await.unwrap().unwrap();

    assert!(slow.again());
    assert_eq!(slow.events, done.events);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn among_other_commands_at_the_aggregate_each_request_happens_once() {
    let store = bank(0).await;
    let accounts = accounts(&store);
    let once = |nth: usize| {
        let accounts = accounts.clone();
        tokio::spawn(async move {
            let id = request(&format!("r{}", nth / 3));
            let done = accounts.execute_once(&id, deposit(ada(), 1)).await.unwrap();
            (nth / 3, done.version, done.events)
        })
    };
    let other = |_| {
        let accounts = accounts.clone();
        tokio::spawn(async move { accounts.execute(deposit(ada(), 100)).await.unwrap() })
    };

    let others: Vec<_> = (0..40).map(other).collect();
    let mut answers = Vec::new();
    for answer in join_all((0..120).map(once)).await {
        answers.push(answer.unwrap());
    }
    join_all(others).await;

    answers.sort_by_key(|(request, ..)| *request);
    for same in answers.chunks(3) {
        assert_eq!(same[0], same[1]);
        assert_eq!(same[1], same[2]);
    }
    let stored = accounts.load(&ada()).await.unwrap();
    assert_eq!(stored.state.cents, 40 * 100 + 40);
}
