//! Several processes started alike: here several nodes in one.

use std::time::Duration;

use es_core::projection::{
    Heartbeat, Holder, NodeId, ProjectionBackend, ProjectionStore, VersionStatus,
};

use super::fixture::*;

async fn status(kept: &Kept) -> VersionStatus {
    kept.versions(None).await.unwrap().remove(0)
}

/// How many slots each node holds, rising.
async fn shares(kept: &Kept) -> Vec<usize> {
    let status = status(kept).await;
    let held = |node| status.slots.iter().filter(|slot| slot.owner == Some(node)).count();
    let mut shares: Vec<_> = status.nodes.iter().map(|node| held(node.node)).collect();
    shares.sort_unstable();
    shares
}

async fn until_shares(kept: &Kept, expected: &[usize]) {
    until_it("the shares are fair", async || shares(kept).await == expected).await;
}

#[tokio::test]
async fn nodes_share_the_slots_as_they_come_and_go() {
    let (store, kept, ledgers) = service();
    let run = async || node(&store, &kept).run_with(Ledger::default(), brisk()).await.unwrap();

    let first = ledgers.run_with(Ledger::default(), brisk()).await.unwrap();
    until_shares(&kept, &[64]).await;
    let second = run().await;
    until_shares(&kept, &[32, 32]).await;
    let third = run().await;
    until_shares(&kept, &[21, 21, 22]).await;
    first.stop().await;
    until_shares(&kept, &[32, 32]).await;

    drop(second);
    until_shares(&kept, &[64]).await;
    third.stop().await;
}

#[tokio::test]
async fn a_node_that_stops_hands_its_slots_over_at_once() {
    let (store, kept, ledgers) = service();
    let options = RunOptions::default().with_lease(Duration::from_secs(10 * 60));
    let running = ledgers.run_with(Ledger::default(), options.clone()).await.unwrap();
    until_shares(&kept, &[64]).await;

    running.stop().await;
    assert_eq!(shares(&kept).await, [0_usize; 0]);

    let running = node(&store, &kept).run_with(Ledger::default(), options).await.unwrap();
    until_shares(&kept, &[64]).await;
    running.stop().await;
}

#[test]
fn another_node_takes_over_from_one_that_died() {
    let (store, kept, ledgers) = service();
    let dying = tokio::runtime::Runtime::new().unwrap();
    let living = tokio::runtime::Runtime::new().unwrap();
    let died = dying.block_on(ledgers.run_with(Ledger::default(), brisk())).unwrap();
    dying.block_on(until_shares(&kept, &[64]));

    dying.shutdown_background();

    living.block_on(async {
        let running = ledgers.run_with(Ledger::default(), brisk()).await.unwrap();
        let token = enter(&store, "ada", [1]).await;
        ledgers.of::<Ledger>().wait_for(token, LONG).await.unwrap();
        until_shares(&kept, &[64]).await;
        running.stop().await;
    });
    drop(died);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_order_per_key_holds_while_nodes_come_and_go() {
    let (store, kept, ledgers) = service();
    let ledger = Ledger::default();
    ledger.faults.lock().unwrap().every = Some(17);
    let options = brisk().with_batch(7).with_on_failure(OnFailure::Retry);
    let steady = ledgers.run_with(ledger.clone(), options.clone()).await.unwrap();

    let writing = tokio::spawn({
        let store = store.clone();
        async move {
            for number in 0..60 {
                for account in 0..20 {
                    enter(&store, &format!("a-{account}"), [number]).await;
                }
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        }
    });
    while !writing.is_finished() {
        let guest = node(&store, &kept).run_with(ledger.clone(), options.clone()).await.unwrap();
        tokio::time::sleep(Duration::from_millis(250)).await;
        guest.stop().await;
    }
    ledger.mend();
    until("all entries are there", || books(&kept).total() == 60 * 20).await;

    let in_order = |entries: &Vec<u64>| entries.iter().copied().eq(0..60);
    assert!(books(&kept).entries.values().all(in_order), "{:?}", books(&kept));
    steady.stop().await;
}

/// It has read ahead by then, for the slots that it had, which are further on.
#[tokio::test]
async fn a_node_that_is_given_slots_while_it_reads_ahead_reads_what_they_lack() {
    let (store, kept, ledgers) = service();
    ledgers.run(Ledger::default()).await.unwrap().stop().await;
    let id = status(&kept).await.id;
    let other = Holder { id: &id, node: NodeId::generate(), lease: LONG };
    kept.heartbeat(other, &Heartbeat::default()).await.unwrap();
    assert_eq!(kept.claim(other, 32).await.unwrap().slots.len(), 32);
    for account in 0..40 {
        enter(&store, &format!("a-{account}"), 0..25).await;
    }
    let slow = Ledger { takes: Duration::from_millis(2), ..Ledger::default() };
    let running = ledgers.run_with(slow, brisk().with_batch(5)).await.unwrap();
    until("it has begun", || books(&kept).total() >= 50).await;

    kept.deregister(other).await.unwrap();

    until("all entries are there", || books(&kept).total() == 40 * 25).await;
    let in_order = |entries: &Vec<u64>| entries.iter().copied().eq(0..25);
    assert!(books(&kept).entries.values().all(in_order), "{:?}", books(&kept));
    running.stop().await;
}
