//! Rows that are built again in place, folded separately, or looked at.

use es_core::projection::{CommitError, Progress, ProjectionBatch, Slot, SlotProgress};
use es_core::{Position, ProjectionStore};

use super::probe::Probe;
use super::subjects::{Kept, SHORT, come_to, failed, id, in_time, key, rows};

/// Readers see the old rows until the new ones are committed, and then those.
pub async fn a_rebuild_is_seen_when_it_is_done<S: ProjectionStore, P: Probe<S::Db>>(
    kept: &Kept<S, P>,
) {
    kept.start(1).await;
    let (node, claims) = kept.runner(1).await;
    kept.handle(&node, &[("old", 1)], come_to(5, &claims)).await.expect("it is committed");

    let mut batch = kept.store.rebuild(&id(1)).await.expect("it can be built again");
    assert_eq!(kept.probe.rows(batch.db()).await, rows(&[]), "it begins without rows");
    kept.add(&mut batch, &[("new", 1)]).await;
    assert_eq!(kept.read().await, rows(&[("old", 1)]), "the old rows are read meanwhile");
    batch.commit(rebuilt_to(6)).await.expect("it is committed");

    assert_eq!(kept.read().await, rows(&[("new", 1)]), "the new rows are read");
    assert_eq!(kept.checkpoints(1).await, [Position(6); 64], "they have come that far");
}

/// A rebuild loses what its nodes had begun, and gives the slots anew.
pub async fn a_rebuild_takes_all_slots<S: ProjectionStore, P: Probe<S::Db>>(kept: &Kept<S, P>) {
    kept.start(1).await;
    let (node, claims) = kept.runner(1).await;
    kept.handle(&node, &[("old", 1)], come_to(5, &claims)).await.expect("it is committed");

    let batch = kept.store.rebuild(&id(1)).await.expect("it can be built again");
    batch.commit(rebuilt_to(3)).await.expect("it is committed");

    let lost = kept.handle(&node, &[("old", 1)], come_to(6, &claims)).await;
    assert!(matches!(lost, Err(CommitError::Lost)), "what rests on the old slots is lost");
    assert_eq!(kept.read().await, rows(&[]), "and leaves nothing");
    let (_, claims) = kept.runner(1).await;
    assert!(claims.iter().all(|claim| claim.checkpoint == Position(3)), "it goes on from there");
}

/// A batch that a node has begun does not survive a rebuild that ends before it does.
pub async fn a_batch_across_a_rebuild_is_lost<S: ProjectionStore, P: Probe<S::Db>>(
    kept: &Kept<S, P>,
) {
    kept.start(1).await;
    let (node, claims) = kept.runner(1).await;
    // A store may let the rebuild wait for the batch, until its lease is over.
    let mut across = kept.begin(&node.with_lease(SHORT)).await;
    kept.add(&mut across, &[("old", 1)]).await;

    let rebuild = async {
        let mut batch = kept.store.rebuild(&id(1)).await.expect("it can be built again");
        kept.add(&mut batch, &[("new", 1)]).await;
        batch.commit(rebuilt_to(3)).await.expect("it is committed");
    };
    in_time("a batch does not hold up a rebuild", rebuild).await;

    assert!(across.commit(come_to(5, &claims)).await.is_err(), "the batch is lost");
    assert_eq!(kept.read().await, rows(&[("new", 1)]), "the rebuilt rows are there alone");
    assert_eq!(kept.checkpoints(1).await, [Position(3); 64], "as far as they have come");
}

/// A rebuild keeps no parked event from before, and parks what it could not do.
pub async fn a_rebuild_parks_anew<S: ProjectionStore, P: Probe<S::Db>>(kept: &Kept<S, P>) {
    kept.start(1).await;
    let (node, claims) = kept.runner(1).await;
    let mut progress = come_to(5, &claims);
    progress.parked = vec![failed("cured", 2, None), failed("wrong", 3, None)];
    kept.handle(&node, &[], progress).await.expect("it is committed");

    let batch = kept.store.rebuild(&id(1)).await.expect("it can be built again");
    let mut progress = rebuilt_to(6);
    progress.parked = vec![failed("wrong", 3, None)];
    batch.commit(progress).await.expect("it is committed");

    let listed = kept.store.parked_keys(&id(1), None, 10).await.expect("a list");
    let listed: Vec<_> = listed.into_iter().map(|listed| listed.key).collect();
    assert_eq!(listed, [key("wrong")], "what could be handled is not parked any more");
}

/// Effects that were had before the rebuild are not had again after it, though it ends earlier in the
/// log.
pub async fn a_rebuild_repeats_no_effects<S: ProjectionStore, P: Probe<S::Db>>(kept: &Kept<S, P>) {
    kept.start(1).await;
    let (node, claims) = kept.runner(1).await;
    kept.handle(&node, &[], come_to(5, &claims)).await.expect("it is committed");

    let batch = kept.store.rebuild(&id(1)).await.expect("it can be built again");
    batch.commit(rebuilt_to(3)).await.expect("it is committed");

    let (_, claims) = kept.runner(1).await;
    let had = claims.iter().all(|claim| claim.effects_after >= Position(5));
    assert!(had, "effects up to there were had: {claims:?}");
}

/// A rebuild that is given up leaves rows, slots and parked events as they were.
pub async fn a_rebuild_that_is_dropped_changes_nothing<S: ProjectionStore, P: Probe<S::Db>>(
    kept: &Kept<S, P>,
) {
    kept.start(1).await;
    let (node, claims) = kept.runner(1).await;
    let mut progress = come_to(5, &claims);
    progress.parked = vec![failed("k", 2, None)];
    kept.handle(&node, &[("old", 1)], progress).await.expect("it is committed");

    let mut batch = kept.store.rebuild(&id(1)).await.expect("it can be built again");
    kept.add(&mut batch, &[("new", 1)]).await;
    drop(batch);

    // A store undoes what is dropped by itself, and until it has the slots may be somebody else's.
    let next = async {
        loop {
            match kept.handle(&node, &[("old", 1)], come_to(6, &claims)).await {
                Err(CommitError::Lost) => tokio::task::yield_now().await,
                done => break done,
            }
        }
    };
    in_time("the slots are the node's again", next).await.expect("it is committed");
    assert_eq!(kept.read().await, rows(&[("old", 2)]), "the rows are as they were");
    assert_eq!(kept.status(1).await.parked_events, 1, "parked events still are");
}

/// A separate fold begins without tables, is seen by its own batch, and leaves nothing.
pub async fn what_is_folded_separately_leaves_nothing<S: ProjectionStore, P: Probe<S::Db>>(
    kept: &Kept<S, P>,
) {
    kept.start(1).await;
    let (node, claims) = kept.runner(1).await;
    kept.handle(&node, &[("a", 1)], come_to(5, &claims)).await.expect("it is committed");

    let mut scratch = kept.store.scratch(&id(1)).await.expect("something can be folded separately");
    kept.probe.create(scratch.db()).await;
    kept.add(&mut scratch, &[("b", 1)]).await;
    assert_eq!(kept.probe.rows(scratch.db()).await, rows(&[("b", 1)]), "its own rows alone");
    assert!(scratch.commit(Progress::default()).await.is_err(), "it cannot be committed");

    let mut again = kept.store.scratch(&id(1)).await.expect("it can be done again");
    kept.probe.create(again.db()).await;
    assert_eq!(kept.probe.rows(again.db()).await, rows(&[]), "nothing was left");
    again.rollback().await.expect("it is undone");
    assert_eq!(kept.read().await, rows(&[("a", 1)]), "readers see nothing of it");
    kept.handle(&node, &[("a", 1)], come_to(6, &claims)).await.expect("the node goes on");
}

/// A read-only look at rows changes nothing, whatever is written.
pub async fn a_look_changes_nothing<S: ProjectionStore, P: Probe<S::Db>>(kept: &Kept<S, P>) {
    kept.start(1).await;
    let (node, claims) = kept.runner(1).await;
    kept.handle(&node, &[("a", 1)], come_to(5, &claims)).await.expect("it is committed");

    let mut look = kept.store.rows(&id(1)).await.expect("rows can be looked at");
    kept.add(&mut look, &[("a", 1)]).await;
    look.rollback().await.expect("it is undone");

    assert_eq!(kept.read().await, rows(&[("a", 1)]), "the rows are as they were");
}

fn rebuilt_to(position: u64) -> Progress {
    let epoch = es_core::projection::Epoch(0);
    let mut progress = Progress::default();
    let slots = Slot::all().map(|slot| SlotProgress::new(slot, epoch, Position(position)));
    progress.slots = slots.collect();
    progress
}
