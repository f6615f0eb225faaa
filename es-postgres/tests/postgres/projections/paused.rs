//! A node that is paused in the middle of a batch.

use std::time::{Duration, Instant};

use es_core::Position;
use es_core::projection::{
    CommitError, ProjectionBackend, ProjectionBatch, ProjectionStore, Release,
};
use es_postgres::sqlx;
use tokio::time::sleep;

use super::support::{Node, at, failed, prepared, version};
use crate::support::{Fixture, fixture};

const LEASE: Duration = Duration::from_millis(1500);

/// A node of a version that has its table.
async fn node() -> (Fixture, Node) {
    let (fixture, id) = (fixture().await, version(1));
    let kept = prepared(&fixture.store, &id).await;
    (fixture, Node::of(&kept, &id))
}

/// It holds the very row that the other one needs, and lets go of it with its lease.
#[tokio::test(flavor = "multi_thread")]
async fn a_paused_node_is_replaced_within_its_lease_and_a_second() {
    let fixture = fixture().await;
    let id = version(1);
    let kept = prepared(&fixture.store, &id).await;
    let paused = Node::of(&kept, &id).with_lease(LEASE);
    let other = Node::of(&kept, &id);
    let old = paused.claim(64).await;
    let zombie = paused.seeing().await;
    let begun = Instant::now();

    let mut claims = Vec::new();
    while claims.len() < 64 {
        sleep(Duration::from_millis(50)).await;
        claims.extend(other.claim(64 - claims.len()).await);
    }
    other.seeing().await.commit(at(&claims, 8)).await.unwrap();
    let took = begun.elapsed();

    assert!(took < LEASE + Duration::from_secs(1), "{took:?}");
    let lost = zombie.commit(at(&old, 9)).await.unwrap_err();
    assert!(
        matches!(&lost, CommitError::Lost)
            || matches!(&lost, CommitError::Store(error) if error.is_transient()),
        "{lost:?}"
    );
    assert_eq!(fixture.number("SELECT times FROM totals.seen").await, 1);
    assert_eq!(kept.visible(&id.name).await.unwrap().unwrap().position, Position(8));
    // And it goes on with whatever it is given next.
    assert!(paused.heartbeat().await.held.is_empty());
}

/// It is no failure of the event that its handler was working on.
#[tokio::test(flavor = "multi_thread")]
async fn a_handler_in_a_session_that_was_ended_is_not_to_blame() {
    let fixture = fixture().await;
    let id = version(1);
    let kept = prepared(&fixture.store, &id).await;
    let paused = Node::of(&kept, &id).with_lease(Duration::from_millis(50));
    paused.claim(64).await;
    let mut zombie = paused.seeing().await;
    let idle = "SELECT count(*) FROM pg_stat_activity \
                WHERE datname = current_database() AND state LIKE 'idle in transaction%'";
    fixture.until(idle, 0).await;

    let error = sqlx::query(super::support::SEE).execute(zombie.db()).await;

    assert!(kept.is_transient(&error.unwrap_err().into()));
    // Whoever is not told so by the driver is told by the commit.
    assert!(zombie.rollback().await.is_err());
    assert_eq!(fixture.number("SELECT count(*) FROM totals.seen").await, 0);
}

/// Its parked events before it was paused goes with the rest.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_lost_batch_has_parked_is_not() {
    let (fixture, node) = node().await;
    let claims = node.claim(64).await;
    let batch = node.seeing().await;
    node.kept.deregister(node.holder()).await.unwrap();

    let mut progress = at(&claims, 9);
    progress.parked = vec![failed("ada", 3, None)];
    let lost = batch.commit(progress).await.unwrap_err();

    assert!(matches!(lost, CommitError::Lost), "{lost:?}");
    assert_eq!(fixture.number("SELECT count(*) FROM es.parked").await, 0);
    fixture.every_session_writes().await;
}

/// The slot is the node's own again, and somebody may have had it meanwhile.
#[tokio::test(flavor = "multi_thread")]
async fn a_batch_of_a_slot_that_was_given_back_and_taken_again_keeps_nothing() {
    let (fixture, node) = node().await;
    let before = node.claim(64).await;
    let batch = node.seeing().await;
    node.kept.release(node.holder(), Release::Slots(&[before[5].slot])).await.unwrap();
    let again = node.claim(64).await;

    let lost = batch.commit(at(&before, 9)).await.unwrap_err();

    assert!(matches!(lost, CommitError::Lost), "{lost:?}");
    assert_eq!(fixture.number("SELECT count(*) FROM totals.seen").await, 0);
    assert_eq!(again.len(), 1);
    node.seeing().await.commit(at(&again, 9)).await.unwrap();
}

/// A swap or a rebuild that takes the slots from everybody has said so before the slots show it.
#[tokio::test(flavor = "multi_thread")]
async fn a_batch_is_lost_at_once_while_somebody_takes_all_slots() {
    let (fixture, node) = node().await;
    let claims = node.claim(64).await;
    let batch = node.seeing().await;
    let mut taking = fixture.pool.begin().await.unwrap();
    sqlx::query("SELECT pg_advisory_xact_lock(1163067396, id) FROM es.projections")
        .execute(&mut *taking)
        .await
        .unwrap();

    let lost = batch.commit(at(&claims, 9)).await.unwrap_err();
    taking.rollback().await.unwrap();

    assert!(matches!(lost, CommitError::Lost), "{lost:?}");
    assert_eq!(fixture.number("SELECT count(*) FROM totals.seen").await, 0);
    node.seeing().await.commit(at(&claims, 9)).await.unwrap();
}
