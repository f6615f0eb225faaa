//! Health of a saga: what an operator is told.

use std::time::Duration;

use es_core::projection::{Health, HealthState, Thresholds};

use super::World;
use super::fulfilment::Fulfilment;
use super::services::{Manner, Services};

async fn health(world: &World) -> Health {
    world.sagas.health::<Fulfilment>(&Thresholds::default()).await.unwrap()
}

/// The health once it is this: rows come a moment after the events.
async fn once(world: &World, state: HealthState) -> Health {
    loop {
        let now = health(world).await;
        if now.state == state {
            return now;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test]
async fn a_saga_that_nobody_runs_has_failed() {
    let world = World::new();

    let health = health(&world).await;

    assert_eq!(health.state, HealthState::Failed);
    assert_eq!(health.to_string(), "failed: `saga.fulfilment`: no process has run it");
}

#[tokio::test]
async fn an_instance_that_needs_a_person_is_named() {
    let services = Services::default().with("ship", Manner::Refuses).with("refund", Manner::Fails);
    let world = World::new();
    let _running = world.run(&services).await;
    world.place(17).await;
    world.end(17).await;

    let health = once(&world, HealthState::Warn).await;

    assert_eq!(
        health.to_string(),
        "warning: `saga.fulfilment v1` needs a person: `fulfilment/17` at `take-payment`: the service is away: reset by peer"
    );
}

#[tokio::test]
async fn instances_beyond_ten_are_not_counted() {
    let services = Services::default().with("ship", Manner::Refuses).with("refund", Manner::Fails);
    let world = World::new();
    let _running = world.run(&services).await;
    for order in 0..12 {
        world.place(order).await;
    }
    for order in 0..12 {
        world.end(order).await;
    }

    let findings = loop {
        let findings = health(&world).await.findings;
        if findings.len() > 10 {
            break findings;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    };

    assert_eq!(findings.len(), 11);
    assert_eq!(findings[10].text, "needs a person: more than 10 instances");
}

#[tokio::test]
async fn an_instance_that_nobody_goes_on_with_is_a_failure() {
    let world = World::new();
    let services = Services::default().with("take-payment", Manner::Hangs);
    let running = world.run(&services).await;
    world.place(17).await;
    services.called("take-payment", 1).await;
    running.stop().await;
    let well = once(&world, HealthState::Ok).await;
    let soon = Thresholds::default().with_unheld(Duration::ZERO);

    let overdue = loop {
        let now = world.sagas.health::<Fulfilment>(&soon).await.unwrap();
        if now.state == HealthState::Failed {
            break now.to_string();
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    };

    assert!(well.findings.is_empty());
    assert!(
        overdue.contains("nobody goes on with: `fulfilment/17` at `take-payment`"),
        "{overdue}"
    );
}
