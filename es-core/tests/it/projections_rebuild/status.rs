//! Lag, progress and health.

use std::sync::Arc;
use std::time::Duration;

use es_core::Position;
use es_core::projection::{HealthState, Lag, RunOptions, Thresholds};
use tokio::sync::Semaphore;

use super::fixture::*;

#[tokio::test]
async fn who_has_come_along_lacks_nothing() {
    let (store, kept) = (bank(10).await, Kept::new());
    let projections = projections(&store, &kept);
    let _running = projections.run(Balances::<1>::default()).await.unwrap();
    until_at(&kept, 1, 100).await;

    let status = &projections.of::<Balances<1>>().status().await.unwrap()[0];

    assert_eq!((status.lag, status.end), (Lag::default(), Position(100)));
    assert_eq!(status.left, Some(Duration::ZERO));
    let health = projections.health(&Thresholds::default()).await.unwrap();
    assert_eq!((health.state, health.to_string()), (HealthState::Ok, "ok".to_owned()));
}

#[tokio::test]
async fn what_waits_is_counted_and_old() {
    let (store, kept) = (bank(10).await, Kept::new());
    let projections = projections(&store, &kept);
    let gate = Arc::new(Semaphore::new(105));
    let slow = Balances::<1> { gate: Arc::clone(&gate), ..Default::default() };
    let options = RunOptions::default().with_batch(10);
    let _running = projections.run_with(slow, options).await.unwrap();
    until_at(&kept, 1, 100).await;
    more(&store, 2).await;
    until(async || gate.available_permits() == 0).await;
    tokio::time::sleep(Duration::from_millis(50)).await;

    let status = &projections.status().await.unwrap()[0];
    let thresholds = Thresholds::default().with_time(Duration::from_millis(10));
    let health = projections.health(&thresholds).await.unwrap();

    assert_eq!(status.lag.events, 20);
    assert!(status.lag.time >= Duration::from_millis(50), "{:?}", status.lag.time);
    assert_eq!(health.state, HealthState::Warn);
}

#[tokio::test]
async fn an_event_that_nobody_runs_is_a_failure() {
    let (store, kept) = (bank(10).await, Kept::new());
    let projections = projections(&store, &kept);
    let running = projections.run(Balances::<1>::default()).await.unwrap();
    until_at(&kept, 1, 100).await;
    running.stop().await;
    deposit(&store, "a", 1).await;

    let thresholds = Thresholds::default().with_unheld(Duration::ZERO);
    let health = projections.health(&thresholds).await.unwrap();

    assert_eq!(health.state, HealthState::Failed);
    assert!(health.to_string().contains("has 64 slots that nobody runs"), "{health}");
}

#[tokio::test]
async fn a_rebuild_says_how_far_it_is() {
    let (store, kept) = (bank(10).await, Kept::new());
    let projections = projections(&store, &kept);
    let _old = projections.run(Balances::<1>::default()).await.unwrap();
    until_at(&kept, 1, 100).await;
    let gate = Arc::new(Semaphore::new(45));
    let new = Balances::<2> { gate: Arc::clone(&gate), ..Default::default() };
    let options = RunOptions::default().with_batch(10);
    let _new = projections.run_with(new, options).await.unwrap();
    until(async || gate.available_permits() == 0).await;

    let rebuilding = projections.rebuilding().await.unwrap();

    assert_eq!(rebuilding.len(), 1);
    assert_eq!((&rebuilding[0].id, rebuilding[0].of), (&id(2), Position(100)));
    assert_eq!(rebuilding[0].position, Position(40));
    assert!(rebuilding[0].left.is_some_and(|left| left > Duration::ZERO));
}
