//! Rows, checkpoint and parked events: there together, or not at all.

use es_core::projection::{Progress, ProjectionBatch};
use es_core::{Position, ProjectionStore};

use super::probe::Probe;
use super::subjects::{Kept, come_to, failed, id, in_time, key, rows};
use crate::contract::dropping::give_up_after;

/// A commit that is answered has stored its rows and its checkpoint, for readers and for the next
/// batch.
pub async fn rows_and_checkpoint_are_there_together<S: ProjectionStore, P: Probe<S::Db>>(
    kept: &Kept<S, P>,
) {
    kept.start(1).await;
    let (node, claims) = kept.runner(1).await;

    let mut progress = come_to(7, &claims);
    progress.parked.push(failed("k", 6, None));
    kept.handle(&node, &[("a", 1), ("b", 2)], progress).await.expect("it is committed");

    assert_eq!(kept.read().await, rows(&[("a", 1), ("b", 2)]), "the rows are there");
    let checkpoints = kept.checkpoints(1).await;
    assert_eq!(checkpoints, [Position(7); 64], "every slot has come to the checkpoint");
    let parked = kept.store.parked(&id(1), &key("k"), Position::START, 10).await.expect("a list");
    assert_eq!(parked.len(), 1, "the parked event is there");
}

/// Slots of a batch may come to different places; those that it does not name stay where they are.
pub async fn each_slot_comes_to_its_own_checkpoint<S: ProjectionStore, P: Probe<S::Db>>(
    kept: &Kept<S, P>,
) {
    kept.start(1).await;
    let (node, claims) = kept.runner(1).await;

    let mut progress = come_to(3, &claims[..1]);
    progress.slots.extend(come_to(9, &claims[2..3]).slots);
    kept.handle(&node, &[], progress).await.expect("it is committed");

    let checkpoints = kept.checkpoints(1).await;
    let expected = [Position(3), Position::START, Position(9)];
    assert_eq!(checkpoints[..3], expected, "each slot has its own checkpoint");
}

/// The rows of a batch are seen by nobody else before its commit, and by nobody at all when it was
/// undone.
pub async fn what_is_undone_was_never_there<S: ProjectionStore, P: Probe<S::Db>>(
    kept: &Kept<S, P>,
) {
    kept.start(1).await;
    let (node, claims) = kept.runner(1).await;
    kept.handle(&node, &[("a", 1)], come_to(1, &claims)).await.expect("it is committed");

    let mut batch = kept.begin(&node).await;
    kept.add(&mut batch, &[("a", 10), ("b", 10)]).await;

    assert_eq!(kept.read().await, rows(&[("a", 1)]), "nobody sees what is not committed");
    batch.rollback().await.expect("a batch can be undone");
    assert_eq!(kept.read().await, rows(&[("a", 1)]), "what is undone is gone");
    assert_eq!(kept.checkpoints(1).await, [Position(1); 64], "nothing was done");
}

/// A batch sees what was committed before it, and what it wrote itself.
pub async fn a_batch_sees_the_rows_before_it<S: ProjectionStore, P: Probe<S::Db>>(
    kept: &Kept<S, P>,
) {
    kept.start(1).await;
    let (node, claims) = kept.runner(1).await;
    kept.handle(&node, &[("a", 1)], come_to(1, &claims)).await.expect("it is committed");

    let mut batch = kept.begin(&node).await;
    kept.add(&mut batch, &[("a", 2), ("b", 3)]).await;

    let seen = kept.probe.rows(batch.db()).await;
    assert_eq!(seen, rows(&[("a", 3), ("b", 3)]), "rows of the batch before, and its own");
}

/// A batch that is dropped, in whatever it was doing, is undone, and holds nobody up.
pub async fn a_dropped_batch_is_undone<S: ProjectionStore, P: Probe<S::Db>>(kept: &Kept<S, P>) {
    kept.start(1).await;
    let (node, claims) = kept.runner(1).await;

    drop(kept.begin(&node).await);
    let mut written = kept.begin(&node).await;
    kept.add(&mut written, &[("a", 1)]).await;
    drop(written);
    let mut marked = kept.begin(&node).await;
    kept.add(&mut marked, &[("a", 1)]).await;
    marked.savepoint().await.expect("a batch can be marked");
    kept.add(&mut marked, &[("a", 1)]).await;
    drop(marked);

    let next = kept.handle(&node, &[("a", 10)], come_to(1, &claims));
    in_time("dropped batches hold nobody up", next).await.expect("it is committed");
    assert_eq!(kept.read().await, rows(&[("a", 10)]), "what is dropped was never there");
}

/// The caller gives up at every point where a commit waits: rows and checkpoint are there, or neither.
pub async fn a_dropped_commit_is_whole_or_not_there<S: ProjectionStore, P: Probe<S::Db>>(
    kept: &Kept<S, P>,
) {
    const TRIES: usize = 20;

    kept.start(1).await;
    let (node, claims) = kept.runner(1).await;

    let mut checkpoint = 0;
    for nth in 0..TRIES {
        let mut batch = kept.begin(&node).await;
        kept.add(&mut batch, &[("a", 1)]).await;
        give_up_after(nth, batch.commit(come_to(checkpoint + 1, &claims))).await;
        // The next batch waits for one that is still on its way, if there is such a thing: they meet at a row.
        let next = kept.handle(&node, &[("a", 0)], Progress::default());
        in_time("a dropped commit holds nobody up", next).await.expect("it is committed");

        let counted = kept.read().await.get("a").copied().unwrap_or_default();
        let slots = kept.checkpoints(1).await;
        let expected = Position(u64::try_from(counted).expect("it counts up"));
        assert_eq!(slots, [expected; 64], "rows and checkpoint are one, in a dropped commit too");
        checkpoint = expected.0;
    }
}

/// A rollback to the savepoint undoes the writes since, as often as asked, and keeps those before
/// it.
pub async fn what_was_written_since_the_mark_is_undone<S: ProjectionStore, P: Probe<S::Db>>(
    kept: &Kept<S, P>,
) {
    kept.start(1).await;
    let (node, claims) = kept.runner(1).await;

    let mut batch = kept.begin(&node).await;
    kept.add(&mut batch, &[("a", 1)]).await;
    batch.savepoint().await.expect("a batch can be marked");
    kept.add(&mut batch, &[("a", 10), ("b", 10)]).await;
    batch.rollback_to().await.expect("it goes back to the mark");
    kept.add(&mut batch, &[("a", 100)]).await;
    batch.rollback_to().await.expect("it goes back to the mark again");
    kept.add(&mut batch, &[("c", 1)]).await;
    batch.commit(come_to(1, &claims)).await.expect("it is committed");

    let expected = rows(&[("a", 1), ("c", 1)]);
    assert_eq!(kept.read().await, expected, "what was written since the mark is gone, no more");
}

/// A later mark takes the place of the one before it.
pub async fn a_batch_goes_back_to_its_last_mark<S: ProjectionStore, P: Probe<S::Db>>(
    kept: &Kept<S, P>,
) {
    kept.start(1).await;
    let (node, claims) = kept.runner(1).await;

    let mut batch = kept.begin(&node).await;
    batch.savepoint().await.expect("a batch can be marked");
    kept.add(&mut batch, &[("a", 1)]).await;
    batch.savepoint().await.expect("a batch can be marked again");
    kept.add(&mut batch, &[("a", 10)]).await;
    batch.rollback_to().await.expect("it goes back to the mark");
    batch.commit(come_to(1, &claims)).await.expect("it is committed");

    assert_eq!(kept.read().await, rows(&[("a", 1)]), "it goes back to the last mark");
}

/// A commit by one handle of the store is seen by all its clones.
pub async fn clones_share_their_progress<S: ProjectionStore, P: Probe<S::Db>>(kept: &Kept<S, P>) {
    kept.start(1).await;
    let clone = kept.clone();
    let (node, claims) = kept.runner(1).await;

    clone.handle(&node, &[("a", 1)], come_to(4, &claims)).await.expect("a clone may commit");

    assert_eq!(kept.checkpoints(1).await, [Position(4); 64], "clones are one store");
    assert_eq!(kept.rows_of(1).await, rows(&[("a", 1)]), "clones have the same rows");
}
