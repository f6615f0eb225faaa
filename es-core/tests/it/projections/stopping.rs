//! Projections that are stopped.

use std::time::{Duration, Instant};

use es_core::projection::{Ended, VersionState};

use super::fixture::*;

#[tokio::test]
async fn the_batch_in_hand_is_finished() {
    let (store, kept, ledgers) = service();
    let ledger = Ledger { takes: Duration::from_millis(20), ..Ledger::default() };
    enter(&store, "ada", 0..10).await;
    let running = ledgers.run(ledger.clone()).await.unwrap();
    until("a handler is busy", || ledger.calls() > 0).await;

    running.stop().await;

    assert_eq!(books(&kept).entries["ada"].len(), 10);
}

#[tokio::test]
async fn what_hangs_is_broken_off_and_handled_by_the_next() {
    let (store, kept, ledgers) = service();
    let ledger = Ledger { takes: Duration::from_secs(3600), ..Ledger::default() };
    let token = enter(&store, "ada", [1]).await;
    let running = ledgers.run_with(ledger.clone(), brisk()).await.unwrap();
    until("a handler is busy", || ledger.calls() > 0).await;

    let began = Instant::now();
    running.stop().await;

    assert!(began.elapsed() < LONG, "{:?}", began.elapsed());
    assert_eq!(books(&kept).total(), 0);
    let running = ledgers.run(Ledger::default()).await.unwrap();
    ledgers.of::<Ledger>().wait_for(token, LONG).await.unwrap();
    assert_eq!(books(&kept).entries["ada"], [1]);
    running.stop().await;
}

/// The event that it stops at is the last one, and the next heartbeat comes after minutes.
#[tokio::test]
async fn an_event_at_the_end_of_the_log_stops_the_version_at_once() {
    let (store, _, ledgers) = service();
    enter(&store, "ada", [1]).await;
    let options = RunOptions::default()
        .with_lease(Duration::from_secs(3600))
        .with_on_failure(OnFailure::Stop { attempts: 1 });

    let running = ledgers.run_with(Ledger::failing_at([1]), options).await.unwrap();

    until("it is stopped", || running.state() == VersionState::Stopped).await;
    running.stop().await;
}

#[tokio::test]
async fn one_that_is_dropped_stops_too() {
    let (store, kept, ledgers) = service();
    let ledger = Ledger { takes: Duration::from_millis(20), ..Ledger::default() };
    enter(&store, "ada", 0..10).await;
    let running = ledgers.run(ledger.clone()).await.unwrap();
    until("a handler is busy", || ledger.calls() > 0).await;

    drop(running);

    until("its batch is finished", || books(&kept).total() == 10).await;
    enter(&store, "ada", [10]).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(ledger.calls(), 10);
}

#[tokio::test]
async fn it_says_why_it_ended() {
    let (_, _, ledgers) = service();
    let mut running = ledgers.run(Ledger::default()).await.unwrap();
    assert!(format!("{running:?}").contains("ended: None"));

    let ended = tokio::time::timeout(Duration::from_millis(50), running.ended()).await;

    assert!(ended.is_err(), "{ended:?}");
    running.stop().await;
}

#[test]
fn a_runtime_that_is_shut_down_breaks_it_off() {
    let (_, _, ledgers) = service();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let mut running = runtime.block_on(ledgers.run(Ledger::default())).unwrap();

    runtime.shutdown_background();

    let other = tokio::runtime::Runtime::new().unwrap();
    assert_eq!(other.block_on(running.ended()), Ended::BrokenOff);
}
