//! Reading one's own writes.

use std::time::Duration;

use es_core::projection::WaitError;

use super::faulty::{FaultyKept, Weather};
use super::fixture::*;

#[tokio::test]
async fn what_is_shown_is_not_waited_for() {
    let (store, _, ledgers) = service();
    let token = enter(&store, "ada", [1]).await;
    let running = ledgers.run(Ledger::default()).await.unwrap();
    ledgers.of::<Ledger>().wait_for(token, LONG).await.unwrap();
    running.stop().await;

    ledgers.of::<Ledger>().wait_for(token, Duration::ZERO).await.unwrap();
}

#[tokio::test]
async fn one_waits_for_what_another_node_does() {
    let (store, kept, ledgers) = service();
    let running = ledgers.run(Ledger::default()).await.unwrap();
    let elsewhere = node(&store, &kept);

    let token = enter(&store, "ada", [1]).await;
    elsewhere.of::<Ledger>().wait_for(token, LONG).await.unwrap();

    assert_eq!(books(&kept).entries["ada"], [1]);
    running.stop().await;
}

#[tokio::test]
async fn many_wait_at_once() {
    let (store, kept, ledgers) = service();
    let ledger = Ledger { takes: Duration::from_millis(1), ..Ledger::default() };
    let running = ledgers.run_with(ledger, brisk().with_batch(3)).await.unwrap();

    let mut waiting = tokio::task::JoinSet::new();
    for number in 0..100 {
        let token = enter(&store, "ada", [number]).await;
        let (ledgers, kept) = (ledgers.clone(), kept.clone());
        waiting.spawn(async move {
            ledgers.of::<Ledger>().wait_for(token, LONG).await.unwrap();
            books(&kept).entries["ada"].contains(&number)
        });
    }

    assert!(waiting.join_all().await.into_iter().all(|is_shown| is_shown));
    running.stop().await;
}

#[tokio::test]
async fn what_does_not_come_in_time_says_how_far_it_is() {
    let (store, _, ledgers) = service();
    let token = enter(&store, "ada", [1]).await;
    let running = ledgers.run(Ledger::default()).await.unwrap();
    ledgers.of::<Ledger>().wait_for(token, LONG).await.unwrap();

    let later = Token::from(Position(99));
    let late = ledgers.of::<Ledger>().wait_for(later, Duration::from_millis(50)).await.unwrap_err();

    assert_eq!(
        late.to_string(),
        "`ledger` has come to position 1 and not to 99 in time: its rows lag behind"
    );
    running.stop().await;
}

#[tokio::test]
async fn one_who_gives_up_waiting_holds_up_nobody() {
    let (store, _, ledgers) = service();
    let running = ledgers.run(Ledger::default()).await.unwrap();
    let patient = tokio::spawn({
        let ledgers = ledgers.clone();
        async move { ledgers.of::<Ledger>().wait_for(Token::from(Position(1)), LONG).await }
    });
    let short = Duration::from_millis(20);
    assert!(ledgers.of::<Ledger>().wait_for(Token::from(Position(9)), short).await.is_err());

    enter(&store, "ada", [1]).await;

    patient.await.unwrap().unwrap();
    running.stop().await;
}

#[tokio::test]
async fn a_projection_that_nobody_has_run_is_unknown() {
    let (_, _, ledgers) = service();

    let unknown = ledgers.of::<Ledger>().wait_for(Token::from(Position(1)), LONG).await;

    assert!(matches!(unknown, Err(WaitError::Unknown { .. })), "{unknown:?}");
}

#[tokio::test]
async fn a_projection_of_another_log_shows_nothing_of_this_one() {
    let (store, kept, ledgers) = service();
    let token = enter(&store, "ada", [1]).await;
    let running = ledgers.run(Ledger::default()).await.unwrap();
    ledgers.of::<Ledger>().wait_for(token, LONG).await.unwrap();
    running.stop().await;

    let restored = node(&MemoryStore::new(), &kept);
    let waited = restored.of::<Ledger>().wait_for(token, LONG).await;

    assert!(matches!(waited, Err(WaitError::OtherLog { .. })), "{waited:?}");
    assert!(restored.run(Ledger::default()).await.is_err());
}

/// The batches before it are many, and none of them is what is waited for.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_waits_for_the_end_of_the_log_does_not_ask_with_each_batch() {
    let (store, kept) = (MemoryStore::new(), Kept::new());
    let weather = Weather::default();
    let ledgers = Projections::new(store.clone(), FaultyKept(kept, weather.clone()));
    let token = enter(&store, "ada", 1..=60).await;
    let slow = Ledger { takes: Duration::from_millis(5), ..Ledger::default() };
    let running = ledgers.run_with(slow, brisk().with_batch(1)).await.unwrap();

    ledgers.of::<Ledger>().wait_for(token, LONG).await.unwrap();

    // By the clock: after 5, 10, 20, 40 ms, and every 50 ms from then on.
    assert!(weather.asked() < 30, "{} times for 60 batches", weather.asked());
    running.stop().await;
}
