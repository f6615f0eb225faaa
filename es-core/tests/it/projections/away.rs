//! Stores that are away for a while.

use std::time::Duration;

use es_core::ProjectionId;
use es_core::projection::{Heartbeat, Holder, NodeId, ProjectionBackend, ProjectionStore};

use super::faulty::{FaultyKept, FaultyLog, Weather};
use super::fixture::*;

#[tokio::test]
async fn a_log_that_is_away_is_waited_for_and_the_status_says_why() {
    let (store, kept) = (MemoryStore::new(), Kept::new());
    let weather = Weather::default();
    let ledgers = Projections::new(FaultyLog(store.clone(), weather.clone()), kept.clone());
    let running = ledgers.run_with(Ledger::default(), brisk()).await.unwrap();
    let error = async || {
        let version = kept.versions(None).await.unwrap().remove(0);
        version.nodes.first().and_then(|node| node.error.clone())
    };

    weather.set_away(true);
    let token = enter(&store, "ada", [1]).await;
    until_it("the error is told", async || error().await.is_some()).await;
    assert_eq!(error().await.unwrap(), "the event store is unavailable: the line is dead");
    assert_eq!(books(&kept).total(), 0);

    weather.set_away(false);
    ledgers.of::<Ledger>().wait_for(token, LONG).await.unwrap();
    until_it("the error is gone", async || error().await.is_none()).await;
    running.stop().await;
}

#[tokio::test]
async fn a_projection_store_that_is_away_is_waited_for() {
    let (store, kept) = (MemoryStore::new(), Kept::new());
    let weather = Weather::default();
    let ledgers = Projections::new(store.clone(), FaultyKept(kept.clone(), weather.clone()));
    let running = ledgers.run_with(Ledger::default(), brisk()).await.unwrap();
    let token = enter(&store, "ada", [1]).await;
    ledgers.of::<Ledger>().wait_for(token, LONG).await.unwrap();

    weather.set_away(true);
    let (id, node) = (ProjectionId::of::<Ledger>(), NodeId::generate());
    until_it("the slots are nobody's", async || {
        let looks = Holder { id: &id, node, lease: Duration::ZERO };
        kept.heartbeat(looks, &Heartbeat::default()).await.unwrap().free == 64
    })
    .await;
    let token = enter(&store, "ada", [2]).await;
    weather.set_away(false);

    ledgers.of::<Ledger>().wait_for(token, LONG).await.unwrap();
    assert_eq!(books(&kept).entries["ada"], [1, 2]);
    running.stop().await;
}

#[tokio::test]
async fn a_commit_without_an_answer_is_not_done_again() {
    let (store, kept) = (MemoryStore::new(), Kept::new());
    let weather = Weather::default();
    let ledgers = Projections::new(store.clone(), FaultyKept(kept.clone(), weather.clone()));
    let running = ledgers.run_with(Ledger::default(), brisk()).await.unwrap();
    let token = enter(&store, "ada", [1]).await;
    ledgers.of::<Ledger>().wait_for(token, LONG).await.unwrap();

    weather.lose_an_answer();
    enter(&store, "ada", [2]).await;
    until("the answer is lost", || !weather.loses_an_answer()).await;
    let token = enter(&store, "ada", [3]).await;

    ledgers.of::<Ledger>().wait_for(token, LONG).await.unwrap();
    assert_eq!(books(&kept).entries["ada"], [1, 2, 3]);
    running.stop().await;
}

/// Commits that were kept and whose answers were lost, slots that were given and nobody knew, retries
/// that broke off: nothing is lost, nothing doubled, nothing out of order.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn calls_that_fail_now_and_then_change_nothing() {
    let (store, kept) = (MemoryStore::new(), Kept::new());
    let log = FaultyLog(store.clone(), Weather::failing_every(7));
    let ledger = Ledger::default();
    ledger.faults.lock().unwrap().every = Some(19);
    let options = brisk().with_batch(10).with_on_failure(OnFailure::Retry);
    let mut running = Vec::new();
    // A retry asks some twenty times, and comes through more often than not.
    for every in [61, 83] {
        let kept = FaultyKept(kept.clone(), Weather::failing_every(every));
        let node = Projections::new(log.clone(), kept);
        running.push(node.run_with(ledger.clone(), options.clone()).await.unwrap());
    }

    for number in 0..50 {
        for account in 0..10 {
            enter(&store, &format!("a-{account}"), [number]).await;
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    ledger.mend();
    // On a slow machine the next try of what failed may be a minute away.
    let operator = Projections::new(store.clone(), kept.clone());
    operator.of::<Ledger>().replay(&es_core::projection::ParkedSelector::All).await.unwrap();
    until("all entries are there", || books(&kept).total() >= 500).await;
    for running in running {
        running.stop().await;
    }

    let in_order = |entries: &Vec<u64>| entries.iter().copied().eq(0..50);
    assert!(books(&kept).entries.values().all(in_order), "{:?}", books(&kept));
}

/// The same where a commit begins the next batch: whatever comes between, it is undone or gone on with.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn batches_that_are_begun_with_a_commit_lose_and_double_nothing() {
    let (store, kept) = (MemoryStore::new(), Kept::new());
    for number in 1..=40 {
        for account in 0..10 {
            enter(&store, &format!("a-{account}"), [number]).await;
        }
    }
    let ledger = Ledger::default();
    ledger.faults.lock().unwrap().every = Some(19);
    let options = brisk().with_batch(3).with_on_failure(OnFailure::Retry);
    let (mut running, mut chained) = (Vec::new(), Vec::new());
    for every in [61, 83] {
        let weather = Weather::failing_every(every).chaining();
        chained.push(weather.clone());
        let node = Projections::new(store.clone(), FaultyKept(kept.clone(), weather));
        running.push(node.run_with(ledger.clone(), options.clone()).await.unwrap());
    }

    until("some entries are there", || books(&kept).total() >= 100).await;
    ledger.mend();
    let operator = Projections::new(store, kept.clone());
    operator.of::<Ledger>().replay(&es_core::projection::ParkedSelector::All).await.unwrap();
    until("all entries are there", || books(&kept).total() >= 400).await;
    for running in running {
        running.stop().await;
    }

    let in_order = |entries: &Vec<u64>| entries.iter().copied().eq(1..=40);
    assert!(books(&kept).entries.values().all(in_order), "{:?}", books(&kept));
    assert!(chained.iter().map(Weather::chained).sum::<u32>() > 20, "few batches were begun so");
}
