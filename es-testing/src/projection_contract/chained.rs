//! A batch that is begun with the commit of the one before it is one by itself.

use es_core::projection::{CommitError, Progress, ProjectionBatch};
use es_core::{Position, ProjectionStore};

use super::probe::Probe;
use super::subjects::{Kept, Node, come_to, id, rows};

/// A chained batch sees what was committed with its beginning, as do readers, and undoing it leaves
/// that.
pub async fn what_comes_next_is_a_batch_by_itself<S: ProjectionStore, P: Probe<S::Db>>(
    kept: &Kept<S, P>,
) {
    kept.start(1).await;
    let (node, claims) = kept.runner(1).await;

    let mut first = kept.begin(&node).await;
    kept.add(&mut first, &[("a", 1)]).await;
    let mut second = next(kept, &node, first, come_to(1, &claims)).await;
    assert_eq!(kept.read().await, rows(&[("a", 1)]), "readers see what was committed");
    assert_eq!(kept.probe.rows(second.db()).await, rows(&[("a", 1)]), "the next batch sees it");
    kept.add(&mut second, &[("a", 10)]).await;
    let mut third = next(kept, &node, second, come_to(2, &claims)).await;
    kept.add(&mut third, &[("a", 100)]).await;
    third.rollback().await.expect("a batch can be undone");

    assert_eq!(kept.read().await, rows(&[("a", 11)]), "what is undone is gone, and no more");
    assert_eq!(kept.checkpoints(1).await, [Position(2); 64], "each commit has its progress");
}

/// A commit that is refused keeps nothing and begins nothing.
pub async fn what_is_refused_begins_nothing<S: ProjectionStore, P: Probe<S::Db>>(
    kept: &Kept<S, P>,
) {
    kept.start(1).await;
    let (node, claims) = kept.runner(1).await;

    let mut first = kept.begin(&node).await;
    kept.add(&mut first, &[("a", 1)]).await;
    kept.store.deregister(node.holder()).await.expect("a node may leave");
    let refused = first.commit_and_begin(come_to(1, &claims)).await.map(|_| ());

    assert!(matches!(refused, Err(CommitError::Lost)), "the batch is lost: {refused:?}");
    assert_eq!(kept.read().await, rows(&[]), "nothing is kept");
}

/// The slots may go while the next batch is open.
pub async fn the_next_batch_is_lost_with_its_slots<S: ProjectionStore, P: Probe<S::Db>>(
    kept: &Kept<S, P>,
) {
    kept.start(1).await;
    let (node, claims) = kept.runner(1).await;

    let mut first = kept.begin(&node).await;
    kept.add(&mut first, &[("a", 1)]).await;
    let mut second = next(kept, &node, first, come_to(1, &claims)).await;
    kept.add(&mut second, &[("a", 10)]).await;
    kept.store.deregister(node.holder()).await.expect("a node may leave");
    kept.claim_all(&Node::of(1)).await;
    let lost = second.commit_and_begin(come_to(2, &claims)).await.map(|_| ());

    assert!(matches!(lost, Err(CommitError::Lost)), "the batch is lost: {lost:?}");
    assert_eq!(kept.read().await, rows(&[("a", 1)]), "the batch before it is kept");
    assert_eq!(kept.checkpoints(1).await, [Position(1); 64], "and its progress");
}

/// A version that another one takes the place of has no next batch that could be committed.
pub async fn the_next_batch_is_lost_with_its_version<S: ProjectionStore, P: Probe<S::Db>>(
    kept: &Kept<S, P>,
) {
    kept.start(1).await;
    kept.start(2).await;
    let (node, claims) = kept.runner(1).await;
    let first = kept.begin(&node).await;
    kept.store.swap(&id(2)).await.expect("the new version takes over");

    let refused = first.commit_and_begin(come_to(0, &claims)).await.map(|_| ());

    assert!(matches!(refused, Err(CommitError::Lost)), "the batch is lost: {refused:?}");
}

/// The next batch, begun by the commit or after it.
async fn next<S: ProjectionStore, P: Probe<S::Db>>(
    kept: &Kept<S, P>,
    node: &Node,
    batch: S::Batch,
    progress: Progress,
) -> S::Batch {
    match batch.commit_and_begin(progress).await.expect("it is committed") {
        Some(next) => next,
        None => kept.begin(node).await,
    }
}
