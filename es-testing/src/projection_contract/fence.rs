//! Fencing: a batch whose slot was taken over by another node is not committed.

use es_core::projection::{
    Claim, CommitError, Epoch, ProjectionBatch, Release, Scope, SlotProgress, Swap, VersionState,
};
use es_core::{Position, ProjectionStore};
use tokio::time::timeout;

use super::probe::{Probe, Rows};
use super::subjects::{Kept, Node, SHORT, both, come_to, failed, id, in_time, key, rows};

/// The number of a slot's epoch rises whenever the slot is given to somebody, to the same node too.
pub async fn every_claim_has_an_epoch_of_its_own<S: ProjectionStore, P: Probe<S::Db>>(
    kept: &Kept<S, P>,
) {
    kept.start(1).await;
    let (node, first) = kept.runner(1).await;
    kept.store.deregister(node.holder()).await.expect("a node may leave");

    let second = kept.claim_all(&node).await;

    let rises = first.iter().zip(&second).all(|(first, second)| first.epoch < second.epoch);
    assert!(rises, "epochs rise from claim to claim");
}

/// A slot that the node was given anew since then is not the one that its batch rests on.
pub async fn an_older_epoch_commits_nothing<S: ProjectionStore, P: Probe<S::Db>>(
    kept: &Kept<S, P>,
) {
    kept.start(1).await;
    let (node, old) = kept.runner(1).await;
    let slots: Vec<_> = old.iter().map(|claim| claim.slot).collect();
    kept.store.release(node.holder(), Release::Slots(&slots)).await.expect("slots can be released");
    let new = kept.claim_all(&node).await;

    let lost = kept.handle(&node, &[("a", 1)], come_to(5, &old)).await;

    is_lost(kept, lost, &rows(&[]), Position::START).await;
    kept.handle(&node, &[("a", 1)], come_to(5, &new)).await.expect("the new epoch is good");
}

/// An epoch that was not given yet can be named by nobody.
pub async fn an_epoch_that_was_not_given_commits_nothing<S: ProjectionStore, P: Probe<S::Db>>(
    kept: &Kept<S, P>,
) {
    kept.start(1).await;
    let (node, claims) = kept.runner(1).await;

    let later =
        |claim: &Claim| SlotProgress::new(claim.slot, Epoch(claim.epoch.0 + 1), Position(5));
    let mut progress = come_to(5, &[]);
    progress.slots = claims.iter().map(later).collect();
    let lost = kept.handle(&node, &[("a", 1)], progress).await;

    is_lost(kept, lost, &rows(&[]), Position::START).await;
}

/// The right epoch of another node's slot does not help.
pub async fn a_slot_of_another_node_commits_nothing<S: ProjectionStore, P: Probe<S::Db>>(
    kept: &Kept<S, P>,
) {
    kept.start(1).await;
    let (_holder, claims) = kept.runner(1).await;

    let lost = kept.handle(&Node::of(1), &[("a", 1)], come_to(5, &claims)).await;

    is_lost(kept, lost, &rows(&[]), Position::START).await;
}

/// A slot that the node let go, and nobody took, is not its own either.
pub async fn a_slot_that_was_let_go_commits_nothing<S: ProjectionStore, P: Probe<S::Db>>(
    kept: &Kept<S, P>,
) {
    kept.start(1).await;
    let (node, claims) = kept.runner(1).await;
    kept.store
        .release(node.holder(), Release::Slots(&[claims[3].slot]))
        .await
        .expect("slots can be released");

    let lost = kept.handle(&node, &[("a", 1)], come_to(5, &claims[3..4])).await;

    is_lost(kept, lost, &rows(&[]), Position::START).await;
}

/// A batch that has lost one slot of many keeps nothing: no rows, no checkpoint of the other slots,
/// no parked events.
pub async fn one_lost_slot_loses_the_whole_batch<S: ProjectionStore, P: Probe<S::Db>>(
    kept: &Kept<S, P>,
) {
    kept.start(1).await;
    let (node, claims) = kept.runner(1).await;
    kept.store
        .release(node.holder(), Release::Slots(&[claims[9].slot]))
        .await
        .expect("slots can be released");

    let mut progress = come_to(5, &claims);
    progress.parked.push(failed("k", 4, None));
    let lost = kept.handle(&node, &[("a", 1)], progress).await;

    is_lost(kept, lost, &rows(&[]), Position::START).await;
    let parked = kept.store.parked(&id(1), &key("k"), Position::START, 10).await.expect("a list");
    assert!(parked.is_empty(), "a lost batch parks nothing");
}

/// A node that was paused comes back to slots that are another's: what it had begun is not kept.
pub async fn after_a_takeover_the_old_node_commits_nothing<S: ProjectionStore, P: Probe<S::Db>>(
    kept: &Kept<S, P>,
) {
    kept.start(1).await;
    let paused = Node::of(1).with_lease(SHORT);
    let old = kept.claim_all(&paused).await;
    let mut zombie = kept.begin(&paused).await;
    kept.add(&mut zombie, &[("a", 1)]).await;

    let heir = Node::of(1);
    let new = kept.claim_all(&heir).await;
    kept.handle(&heir, &[("b", 1)], come_to(6, &new)).await.expect("the heir goes on");
    let lost = zombie.commit(come_to(5, &old)).await;

    assert!(lost.is_err(), "a zombie commits nothing");
    assert_eq!(kept.read().await, rows(&[("b", 1)]), "the heir's rows alone are there");
    assert_eq!(kept.checkpoints(1).await, [Position(6); 64], "no checkpoint goes back");
    let again = kept.handle(&paused, &[("a", 1)], come_to(7, &old)).await;
    is_lost(kept, again, &rows(&[("b", 1)]), Position(6)).await;
}

/// Once a stop has returned, nothing is committed until the version is resumed, neither what was begun before nor
/// what a node begins that has not heard of it. What rests on the slots of before is not committed after either.
pub async fn what_was_begun_before_a_stop_is_lost<S: ProjectionStore, P: Probe<S::Db>>(
    kept: &Kept<S, P>,
) {
    kept.start(1).await;
    let (node, old) = kept.runner(1).await;
    let mut begun = kept.begin(&node).await;
    kept.add(&mut begun, &[("a", 1)]).await;

    let version = id(1);
    let stop = kept.store.stop(&version, Some("its tables are repaired"));
    in_time("an open batch lets a stop come to its end", stop)
        .await
        .expect("a version can be stopped");

    let lost = begun.commit(come_to(5, &old)).await;
    is_lost(kept, lost, &rows(&[]), Position::START).await;
    let as_it_was = Scope::Node { holder: node.holder(), state: VersionState::Serving };
    let mut late = kept.store.begin(as_it_was).await.expect("a batch can be begun");
    kept.add(&mut late, &[("a", 1)]).await;
    is_lost(kept, late.commit(come_to(5, &old)).await, &rows(&[]), Position::START).await;
    kept.store.stop(&id(1), None).await.expect("a version can go on");
    let lost = kept.handle(&node, &[("a", 1)], come_to(5, &old)).await;
    is_lost(kept, lost, &rows(&[]), Position::START).await;
    let new = kept.claim_all(&node).await;
    kept.handle(&node, &[("a", 1)], come_to(5, &new)).await.expect("it goes on with new slots");
}

/// A node that has not heard that the version is stopped begins a batch as if it served. That one is not committed
/// after the version is resumed either, with whatever slots.
pub async fn what_is_begun_while_a_version_is_stopped_is_lost<
    S: ProjectionStore,
    P: Probe<S::Db>,
>(
    kept: &Kept<S, P>,
) {
    kept.start(1).await;
    let node = Node::of(1);
    kept.store.stop(&id(1), Some("its tables are repaired")).await.expect("it can be stopped");
    let as_it_was = Scope::Node { holder: node.holder(), state: VersionState::Serving };
    let mut begun = kept.store.begin(as_it_was).await.expect("a batch can be begun");
    kept.add(&mut begun, &[("a", 1)]).await;
    kept.store.stop(&id(1), None).await.expect("a version can go on");
    let claims = kept.claim_all(&node).await;

    is_lost(kept, begun.commit(come_to(5, &claims)).await, &rows(&[]), Position::START).await;
}

/// A node that believes the version to be built, since it has not heard of the swap, is given slots after it: what
/// it begins then does not go into the rows that are read.
pub async fn a_node_that_has_not_heard_of_a_swap_commits_nothing<
    S: ProjectionStore,
    P: Probe<S::Db>,
>(
    kept: &Kept<S, P>,
) {
    let [_, (new, _)] = both(kept, 5, 5).await;
    let swapped = kept.store.swap(&id(2)).await.expect("versions can be swapped");
    assert_eq!(swapped, Swap::Done, "it has come as far");
    let claims = kept.claim_all(&new).await;

    let as_it_was = Scope::Node { holder: new.holder(), state: VersionState::Building };
    let mut batch = kept.store.begin(as_it_was).await.expect("a batch can be begun");
    kept.add(&mut batch, &[("new", 1)]).await;
    let lost = batch.commit(come_to(9, &claims)).await;

    assert!(matches!(lost, Err(CommitError::Lost)), "it is lost, but got {lost:?}");
    assert_eq!(kept.read().await, rows(&[("new", 1)]), "nothing of it is read");
    assert_eq!(kept.checkpoints(2).await, [Position(5); 64], "no slot comes on with it");
}

/// A rebuild that was begun before a stop is committed before the stop returns, or not at all: a store may let the
/// stop wait for it.
pub async fn a_rebuild_that_was_begun_before_a_stop_is_not_kept_after_it<
    S: ProjectionStore,
    P: Probe<S::Db>,
>(
    kept: &Kept<S, P>,
) {
    kept.start(1).await;
    let mut begun = kept.store.rebuild(&id(1)).await.expect("it can be built again");
    kept.add(&mut begun, &[("new", 1)]).await;
    let mut stop = tokio::spawn({
        let store = kept.store.clone();
        async move { store.stop(&id(1), Some("its tables are repaired")).await }
    });

    let is_stopped = timeout(SHORT, &mut stop).await;
    let committed = begun.commit(come_to(3, &[])).await;

    let Ok(stopped) = is_stopped else {
        committed.expect("the stop waits for it");
        let stopped = in_time("a rebuild that is done holds up no stop", stop).await;
        stopped.expect("it does not panic").expect("a version can be stopped");
        return assert_eq!(kept.read().await, rows(&[("new", 1)]), "it was done before the stop");
    };
    stopped.expect("it does not panic").expect("a version can be stopped");
    is_lost(kept, committed, &rows(&[]), Position::START).await;
}

async fn is_lost<S: ProjectionStore, P: Probe<S::Db>>(
    kept: &Kept<S, P>,
    answer: Result<(), CommitError>,
    rows: &Rows,
    checkpoint: Position,
) {
    assert!(matches!(answer, Err(CommitError::Lost)), "the batch is lost, but got {answer:?}");
    assert_eq!(kept.read().await, *rows, "a lost batch leaves no rows");
    let checkpoints = kept.checkpoints(1).await;
    assert_eq!(checkpoints, [checkpoint; 64], "a lost batch moves no checkpoint");
}
