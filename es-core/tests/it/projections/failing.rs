//! Events that cannot be handled.

use std::time::Duration;

use es_core::projection::{ProjectionStore, VersionState};

use super::fixture::*;

#[tokio::test]
async fn what_fails_is_parked_and_the_other_keys_go_on() {
    let (store, kept, ledgers) = service();
    enter(&store, "ada", [1, 2]).await;
    let token = enter(&store, "bob", [3, 4]).await;

    let running = ledgers.run(Ledger::failing_at([1])).await.unwrap();
    ledgers.of::<Ledger>().wait_for(token, LONG).await.unwrap();

    assert_eq!(books(&kept).entries.get("ada"), None);
    assert_eq!(books(&kept).entries["bob"], [3, 4]);
    let parked = ledgers.of::<Ledger>().parked().await.unwrap();
    assert_eq!((parked[0].key.clone(), parked[0].behind), (key("ada"), 1));
    assert_eq!(parked[0].error, "entry 1 is wrong");
    running.stop().await;
}

/// A batch of its own gives it as many tries each time: what was counted is over with the next commit.
#[tokio::test]
async fn an_event_that_contends_has_all_its_tries_when_it_is_retried() {
    let (store, _, ledgers) = service();
    enter(&store, "ada", [1]).await;
    let ledger = Ledger::failing_at([1]);
    ledger.faults.lock().unwrap().contend = true;
    let twice = brisk().with_on_failure(OnFailure::Park { attempts: 2 });

    let running = ledgers.run_with(ledger.clone(), twice).await.unwrap();
    let tries = async |attempts: u32| {
        until_it("it has failed", async || {
            let parked = ledgers.of::<Ledger>().parked().await.unwrap();
            parked.first().is_some_and(|parked| parked.attempts == attempts)
        })
        .await;
        ledger.calls()
    };
    let (first, second) = (tries(1).await, tries(2).await);

    // Four batches of its own, and before each one with whatever else is due.
    assert_eq!(second - first, 8);
    running.stop().await;
}

#[tokio::test]
async fn what_failed_for_a_while_is_done_in_the_end_and_what_was_behind_it_too() {
    let (store, kept, ledgers) = service();
    let ledger = Ledger::failing_at([2]);
    let token = enter(&store, "ada", 1..=700).await;
    let running = ledgers.run(ledger.clone()).await.unwrap();
    ledgers.of::<Ledger>().wait_for(token, LONG).await.unwrap();
    assert_eq!(books(&kept).entries["ada"], [1]);

    ledger.mend();
    until("all entries are there", || books(&kept).total() == 700).await;

    assert!(books(&kept).entries["ada"].iter().copied().eq(1..=700));
    until_it("nothing is parked", async || {
        ledgers.of::<Ledger>().parked().await.unwrap().is_empty()
    })
    .await;
    running.stop().await;
}

#[tokio::test]
async fn what_comes_later_of_a_key_waits_behind_what_failed() {
    let (store, kept, ledgers) = service();
    let ledger = Ledger::failing_at([1]);
    enter(&store, "ada", [1]).await;
    let once = brisk().with_on_failure(OnFailure::Park { attempts: 1 });
    let running = ledgers.run_with(ledger.clone(), once).await.unwrap();

    for number in 2..5 {
        let token = enter(&store, "ada", [number]).await;
        ledgers.of::<Ledger>().wait_for(token, LONG).await.unwrap();
    }
    assert_eq!(ledgers.of::<Ledger>().parked_events(&key("ada")).await.unwrap().len(), 4);
    assert_eq!(ledger.calls(), 2);

    ledger.mend();
    ledgers.of::<Ledger>().replay(&es_core::projection::ParkedSelector::All).await.unwrap();
    until("all entries are there", || books(&kept).total() == 4).await;

    let token = enter(&store, "ada", [5]).await;
    ledgers.of::<Ledger>().wait_for(token, LONG).await.unwrap();
    until("the key is free", || books(&kept).entries["ada"] == [1, 2, 3, 4, 5]).await;
    running.stop().await;
}

#[tokio::test]
async fn an_event_is_tried_as_often_as_was_said_and_parked() {
    let (store, _, ledgers) = service();
    enter(&store, "ada", [1]).await;
    let twice = brisk().with_on_failure(OnFailure::Park { attempts: 2 });
    let running = ledgers.run_with(Ledger::failing_at([1]), twice).await.unwrap();

    until_it("it is parked", async || {
        let parked = ledgers.of::<Ledger>().parked().await.unwrap();
        parked.first().is_some_and(|parked| parked.next_attempt.is_none())
    })
    .await;

    assert_eq!(ledgers.of::<Ledger>().parked().await.unwrap()[0].attempts, 2);
    running.stop().await;
}

#[tokio::test]
async fn with_patience_an_event_is_tried_for_ever() {
    let (store, kept, ledgers) = service();
    let ledger = Ledger::failing_at([1]);
    enter(&store, "ada", [1]).await;
    let patient = brisk().with_on_failure(OnFailure::Retry);
    let running = ledgers.run_with(ledger.clone(), patient).await.unwrap();
    let attempts = async || {
        let parked = ledgers.of::<Ledger>().parked().await.unwrap();
        parked.first().map_or(0, |parked| parked.attempts)
    };

    until_it("it is tried four times", async || attempts().await >= 4).await;
    ledger.mend();

    until("the entry is there", || books(&kept).total() == 1).await;
    running.stop().await;
}

#[tokio::test]
async fn a_handler_that_panics_has_failed() {
    let (store, kept, ledgers) = service();
    let ledger = Ledger::failing_at([1]);
    ledger.faults.lock().unwrap().panics = true;
    enter(&store, "ada", [1]).await;
    let token = enter(&store, "bob", [2]).await;

    let running = ledgers.run(ledger).await.unwrap();
    ledgers.of::<Ledger>().wait_for(token, LONG).await.unwrap();

    assert_eq!(books(&kept).total(), 1);
    let parked = ledgers.of::<Ledger>().parked().await.unwrap();
    assert_eq!(parked[0].error, "the handler panicked: entry 1 is too much");
    running.stop().await;
}

#[tokio::test]
async fn what_a_moment_may_cure_is_nobodys_fault() {
    let (store, kept, ledgers) = service();
    let ledger = Ledger::default();
    ledger.faults.lock().unwrap().transient = 4;
    let token = enter(&store, "ada", [1, 2, 3]).await;

    let running = ledgers.run(ledger.clone()).await.unwrap();
    ledgers.of::<Ledger>().wait_for(token, LONG).await.unwrap();

    assert_eq!(books(&kept).entries["ada"], [1, 2, 3]);
    assert_eq!(ledgers.of::<Ledger>().parked().await.unwrap(), []);
    assert_eq!(ledger.calls(), 4 + 3);
    running.stop().await;
}

#[tokio::test]
async fn a_projection_that_shall_stop_stops_until_it_is_resumed() {
    let (store, kept, ledgers) = service();
    let ledger = Ledger::failing_at([1]);
    enter(&store, "ada", [1]).await;
    let strict = brisk().with_on_failure(OnFailure::Stop { attempts: 1 });
    let running = ledgers.run_with(ledger.clone(), strict).await.unwrap();
    let status = async || kept.versions(None).await.unwrap().remove(0);

    until_it("it stopped", async || status().await.state == VersionState::Stopped).await;
    until_it("its slots are free", async || {
        status().await.slots.iter().all(|slot| slot.owner.is_none())
    })
    .await;
    let why = status().await.stopped.unwrap();
    assert_eq!(why, "the event at position 1 failed: entry 1 is wrong");

    let token = enter(&store, "bob", [2]).await;
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!(books(&kept).total(), 0);

    ledgers.of::<Ledger>().resume().await.unwrap();
    ledgers.of::<Ledger>().wait_for(token, LONG).await.unwrap();
    assert_eq!(books(&kept).entries["bob"], [2]);
    running.stop().await;
}
