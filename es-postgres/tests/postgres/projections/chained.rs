//! Batches that are begun with the commit of the one before.

use es_core::Position;
use es_core::projection::{CommitError, ProjectionBatch, ProjectionStore, VersionState};
use es_postgres::PgBatch;
use es_postgres::sqlx::Executor;

use super::support::{Node, at, prepared, see, version};
use crate::support::{Fixture, fixture};

async fn times(fixture: &Fixture) -> i64 {
    fixture.number("SELECT coalesce(sum(times), 0)::bigint FROM totals.seen").await
}

/// A batch that was begun with a commit, and the node that has all slots.
async fn chained(fixture: &Fixture) -> (Node, Vec<es_core::projection::Claim>, PgBatch) {
    let id = version(1);
    let kept = prepared(&fixture.store, &id).await;
    let node = Node::of(&kept, &id);
    let claims = node.claim(64).await;
    let next = node.seeing().await.commit_and_begin(at(&claims, 1)).await.unwrap();
    (node, claims, next.expect("nobody waits for the connection"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_begins_the_next_batch_on_its_connection() {
    let fixture = fixture().await;
    let (_node, claims, mut second) = chained(&fixture).await;
    let second_is_kept = at(&claims, 2);
    see(second.db()).await;

    let mut third = second.commit_and_begin(second_is_kept).await.unwrap().expect("and another");
    see(third.db()).await;
    third.commit(at(&claims, 3)).await.unwrap();

    assert_eq!(times(&fixture).await, 3);
    fixture.every_session_writes().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_handler_cannot_commit_a_batch_that_was_begun_with_a_commit() {
    let fixture = fixture().await;
    let (_node, claims, mut batch) = chained(&fixture).await;
    see(batch.db()).await;

    let refused = batch.db().execute("COMMIT").await.unwrap_err();
    let written = batch.db().execute("INSERT INTO totals.seen VALUES (5, 5)").await;
    let kept = batch.commit(at(&claims, 2)).await.unwrap_err();

    assert!(refused.to_string().contains("tried to commit its batch"), "{refused}");
    assert!(written.unwrap_err().to_string().contains("read-only"));
    assert!(matches!(kept, CommitError::Store(_)), "{kept:?}");
    assert_eq!(times(&fixture).await, 1);
    fixture.every_session_writes().await;
}

/// What a handler has taken away stays away no longer than its batch.
#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_a_handler_has_made_writable_is_not_gone_on_with() {
    let fixture = fixture().await;
    let (_node, claims, mut batch) = chained(&fixture).await;
    batch.db().execute("SET default_transaction_read_only = off").await.unwrap();

    let next = batch.commit_and_begin(at(&claims, 2)).await.unwrap();

    assert!(next.is_none());
    fixture.every_session_writes().await;
}

/// What fails after the commit takes nothing of it back, and is nobody's failure.
#[tokio::test(flavor = "multi_thread")]
async fn a_next_batch_that_cannot_be_begun_leaves_the_commit() {
    let fixture = fixture().await;
    let (node, claims, mut batch) = chained(&fixture).await;
    see(batch.db()).await;
    batch.db().execute("ALTER FUNCTION es.guard(text) RENAME TO put_away").await.unwrap();

    let next = batch.commit_and_begin(at(&claims, 2)).await.unwrap();

    assert!(next.is_none());
    assert_eq!(times(&fixture).await, 2);
    let visible = node.kept.visible(&node.id.name).await.unwrap().unwrap();
    assert_eq!(visible.position, Position(2));
    fixture.every_session_writes().await;
}

/// A version that stops meanwhile: as if the batch had been begun by itself.
#[tokio::test(flavor = "multi_thread")]
async fn a_next_batch_of_a_version_that_was_swapped_is_lost() {
    let fixture = fixture().await;
    let (node, claims, batch) = chained(&fixture).await;
    drop(batch);
    let batch = node.begin_as(VersionState::Building).await;

    let lost = batch.commit_and_begin(at(&claims, 2)).await.unwrap_err();

    assert!(matches!(lost, CommitError::Lost), "{lost:?}");
}
