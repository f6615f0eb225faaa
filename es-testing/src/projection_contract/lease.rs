//! Leases: each slot belongs to one node, for as long as the node is heard of.

use std::collections::HashSet;

use es_core::projection::{ProjectionBatch, Release, Slot};
use es_core::{Position, ProjectionStore};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};

use super::probe::Probe;
use super::subjects::{Kept, LONG, Node, SHORT, come_to, in_time, rows, until};

/// Many claim at once, and as often as it takes: every slot is given, and given once.
pub async fn nodes_that_claim_at_once_share_the_slots<S: ProjectionStore, P: Probe<S::Db>>(
    kept: &Kept<S, P>,
) {
    kept.start(1).await;
    let mut nodes = JoinSet::new();
    for _ in 0..8 {
        let kept = kept.clone();
        nodes.spawn(async move {
            let node = Node::of(1);
            let mut given = Vec::new();
            for _ in 0..16 {
                given.extend(kept.claim(&node, 3).await);
            }
            given
        });
    }
    let mut given: Vec<_> = nodes.join_all().await.concat();
    given.extend(kept.claim(&Node::of(1), 64).await);

    let slots: HashSet<_> = given.iter().map(|claim| claim.slot).collect();
    assert_eq!(given.len(), slots.len(), "no slot is given twice");
    assert_eq!(slots.len(), usize::from(Slot::COUNT), "every slot is given");
}

/// A node that asks for a few gets no more.
pub async fn no_more_slots_are_given_than_asked_for<S: ProjectionStore, P: Probe<S::Db>>(
    kept: &Kept<S, P>,
) {
    kept.start(1).await;

    let few = kept.claim(&Node::of(1), 5).await;
    let none = kept.claim(&Node::of(1), 0).await;

    assert_eq!((few.len(), none.len()), (5, 0), "at most so many");
}

/// A node that claims a slot is told the checkpoint that the slot has come to.
pub async fn a_claim_says_how_far_the_slot_has_come<S: ProjectionStore, P: Probe<S::Db>>(
    kept: &Kept<S, P>,
) {
    kept.start(1).await;
    let (node, claims) = kept.runner(1).await;
    kept.handle(&node, &[], come_to(8, &claims)).await.expect("it is committed");
    kept.store.deregister(node.holder()).await.expect("a node may leave");

    let (_, next) = kept.runner(1).await;

    assert!(next.iter().all(|claim| claim.checkpoint == Position(8)), "a slot goes on: {next:?}");
}

/// A slot that was released is free at once, before its lease is over.
pub async fn released_slots_are_free_at_once<S: ProjectionStore, P: Probe<S::Db>>(
    kept: &Kept<S, P>,
) {
    kept.start(1).await;
    let (node, claims) = kept.runner(1).await;
    let surplus: Vec<_> = claims[10..30].iter().map(|claim| claim.slot).collect();

    kept.store
        .release(node.holder(), Release::Slots(&surplus))
        .await
        .expect("slots can be released");

    let taken = kept.claim(&Node::of(1), 64).await;
    let taken: HashSet<_> = taken.iter().map(|claim| claim.slot).collect();
    assert_eq!(taken, surplus.into_iter().collect(), "what was released is free, and nothing else");
}

/// A node that releases slots of another node takes them from nobody.
pub async fn nobody_releases_the_slots_of_another<S: ProjectionStore, P: Probe<S::Db>>(
    kept: &Kept<S, P>,
) {
    kept.start(1).await;
    let (_, claims) = kept.runner(1).await;
    let slots: Vec<_> = claims.iter().map(|claim| claim.slot).collect();

    let other = Node::of(1);
    kept.store
        .release(other.holder(), Release::Slots(&slots))
        .await
        .expect("slots can be released");

    assert!(kept.claim(&other, 64).await.is_empty(), "a slot is released by who holds it");
}

/// A node that leaves hands everything over, and nothing of another's.
pub async fn who_leaves_frees_all_slots<S: ProjectionStore, P: Probe<S::Db>>(kept: &Kept<S, P>) {
    kept.start(1).await;
    let (node, other) = (Node::of(1), Node::of(1));
    kept.claim(&node, 40).await;
    kept.claim(&other, 24).await;

    kept.store.deregister(node.holder()).await.expect("a node may leave");

    let reply = kept.heartbeat(&other).await;
    assert_eq!((reply.nodes, reply.free), (1, 40), "who has left has nothing and does not count");
    assert_eq!(reply.held.len(), 24, "the other one keeps what it has");
    assert_eq!(kept.claim(&other, 64).await.len(), 40, "its slots are free at once");
}

/// A slot is not taken from a node within its lease; of one that is not heard of it is, after that.
pub async fn a_slot_is_free_when_its_lease_is_over<S: ProjectionStore, P: Probe<S::Db>>(
    kept: &Kept<S, P>,
) {
    kept.start(1).await;
    let before = Instant::now();
    kept.claim(&Node::of(1).with_lease(SHORT), 64).await;

    let other = Node::of(1);
    let early = kept.claim(&other, 64).await;

    let is_early = before.elapsed() < SHORT;
    assert!(early.is_empty() || !is_early, "a slot is not taken while its lease lasts");
    if early.is_empty() {
        until("the others are told", async || kept.heartbeat(&other).await.free == 64).await;
        let slots = kept.status(1).await.slots;
        assert!(slots.iter().all(|slot| slot.owner.is_none()), "and whoever asks is told");
        kept.claim_all(&other).await;
    }
}

/// A node that is heard of keeps its slots.
pub async fn a_beat_renews_the_lease<S: ProjectionStore, P: Probe<S::Db>>(kept: &Kept<S, P>) {
    kept.start(1).await;
    let node = Node::of(1).with_lease(SHORT);
    kept.claim(&node, 64).await;

    let held = kept.heartbeat(&node.with_lease(LONG)).await.held;
    sleep(2 * SHORT).await;

    assert_eq!(held.len(), 64, "nobody took them yet");
    assert!(kept.claim(&Node::of(1), 64).await.is_empty(), "a reply renews the lease");
}

/// A node that comes back after its lease renews no slot that is another's by now.
pub async fn a_beat_renews_no_slot_of_another<S: ProjectionStore, P: Probe<S::Db>>(
    kept: &Kept<S, P>,
) {
    kept.start(1).await;
    let silent = Node::of(1).with_lease(SHORT);
    kept.claim_all(&silent).await;
    let heir = Node::of(1);
    let claims = kept.claim_all(&heir).await;

    let reply = kept.heartbeat(&silent).await;

    assert!(reply.held.is_empty(), "what was taken over is not held any more: {reply:?}");
    kept.handle(&heir, &[], come_to(2, &claims)).await.expect("the heir still holds them");
}

/// A node stops in the middle of a batch that has written a row. Who takes over writes the same row,
/// and does not wait for longer than the lease.
pub async fn a_paused_batch_holds_nobody_up<S: ProjectionStore, P: Probe<S::Db>>(
    kept: &Kept<S, P>,
) {
    kept.start(1).await;
    let paused = Node::of(1).with_lease(SHORT);
    let old = kept.claim_all(&paused).await;
    let mut stuck = kept.begin(&paused).await;
    kept.add(&mut stuck, &[("a", 1)]).await;

    let heir = Node::of(1);
    let new = kept.claim_all(&heir).await;
    let next = kept.handle(&heir, &[("a", 10)], come_to(5, &new));
    let next = in_time("a paused batch is out of the way", next).await;

    next.expect("the heir's batch is committed");
    assert!(stuck.commit(come_to(5, &old)).await.is_err(), "the paused batch is lost");
    assert_eq!(kept.read().await, rows(&[("a", 10)]), "it left nothing");
}

/// Batches of nodes that hold different slots of a version do not undo one another's rows.
pub async fn nodes_write_beside_each_other<S: ProjectionStore, P: Probe<S::Db>>(kept: &Kept<S, P>) {
    const ROUNDS: u64 = 20;

    kept.start(1).await;
    let mut nodes = JoinSet::new();
    for nth in 0..4 {
        let kept = kept.clone();
        nodes.spawn(async move {
            let (node, own) = (Node::of(1), format!("own-{nth}"));
            let claims = kept.claim_share(&node, 16).await;
            for round in 1..=ROUNDS {
                let rows = [(own.as_str(), 1), ("all", 1)];
                kept.handle(&node, &rows, come_to(round, &claims)).await.expect("it is committed");
            }
        });
    }
    nodes.join_all().await;

    let expected = [("own-0", 20), ("own-1", 20), ("own-2", 20), ("own-3", 20), ("all", 80)];
    assert_eq!(kept.read().await, rows(&expected), "every batch of every node counts once");
    assert_eq!(kept.checkpoints(1).await, [Position(ROUNDS); 64], "all have come to the end");
}
