//! Misdeeds of a handler in its batch: nothing of them is kept, and it is told before the commit.

use es_core::projection::{Progress, ProjectionBatch};
use es_core::{Position, ProjectionStore};

use super::probe::{Misdeed, Probe};
use super::subjects::{Kept, come_to, rows};

/// A check between two events leaves everything as it was.
pub async fn a_check_changes_nothing<S: ProjectionStore, P: Probe<S::Db>>(kept: &Kept<S, P>) {
    kept.start(1).await;
    let (node, claims) = kept.runner(1).await;

    let mut batch = kept.begin(&node).await;
    batch.savepoint().await.expect("a batch can be marked");
    kept.add(&mut batch, &[("a", 1)]).await;
    batch.check().await.expect("nothing is wrong with it");
    kept.add(&mut batch, &[("a", 10)]).await;
    batch.check().await.expect("nothing is wrong with it");
    batch.rollback_to().await.expect("it goes back to the mark");
    kept.add(&mut batch, &[("b", 1)]).await;
    batch.check().await.expect("nothing is wrong with it");
    batch.commit(come_to(1, &claims)).await.expect("it is committed");

    assert_eq!(kept.read().await, rows(&[("b", 1)]), "a check changes nothing");
}

/// A rule that speaks at the commit is heard by the check of the event that breaks it, and what was there
/// before that is kept.
pub async fn what_cannot_be_kept_is_told_before_the_commit<S: ProjectionStore, P: Probe<S::Db>>(
    kept: &Kept<S, P>,
) {
    kept.start(1).await;
    let (node, claims) = kept.runner(1).await;

    let mut batch = kept.begin(&node).await;
    kept.add(&mut batch, &[("a", 1)]).await;
    batch.savepoint().await.expect("a batch can be marked");
    kept.add(&mut batch, &[("a", 10)]).await;
    if !kept.probe.misdeed(batch.db(), Misdeed::BreaksARule).await {
        return;
    }
    assert!(batch.check().await.is_err(), "what cannot be kept is told by the check");
    batch.rollback_to().await.expect("it goes back to the mark");
    batch.check().await.expect("what is wrong is undone");
    batch.commit(come_to(1, &claims)).await.expect("it is committed");

    assert_eq!(kept.read().await, rows(&[("a", 1)]), "what was there before is kept");
}

/// A handler that commits its batch, or ends it otherwise, keeps nothing: neither what was written before
/// nor what it writes after. The check tells, and the batch is not committed.
pub async fn a_handler_that_ends_its_batch_keeps_nothing<S: ProjectionStore, P: Probe<S::Db>>(
    kept: &Kept<S, P>,
) {
    kept.start(1).await;
    let (node, claims) = kept.runner(1).await;

    for misdeed in [Misdeed::Commits, Misdeed::RollsBack] {
        let mut batch = kept.begin(&node).await;
        batch.savepoint().await.expect("a batch can be marked");
        kept.add(&mut batch, &[("a", 1)]).await;
        if !kept.probe.misdeed(batch.db(), misdeed).await {
            return;
        }
        assert!(
            batch.check().await.is_err(),
            "a handler that ended its batch is told: {misdeed:?}"
        );
        drop(batch);
        assert_eq!(kept.read().await, rows(&[]), "a handler keeps nothing: {misdeed:?}");

        let mut batch = kept.begin(&node).await;
        kept.add(&mut batch, &[("a", 1)]).await;
        kept.probe.misdeed(batch.db(), misdeed).await;
        let committed = batch.commit(come_to(7, &claims)).await;
        assert!(committed.is_err(), "what a handler ended is not committed: {misdeed:?}");
        assert_eq!(kept.read().await, rows(&[]), "a handler keeps nothing: {misdeed:?}");
        assert_eq!(kept.checkpoints(1).await, [Position::START; 64], "nothing was done");
    }
    kept.handle(&node, &[("b", 1)], Progress::default()).await.expect("the next batch is whole");
}
