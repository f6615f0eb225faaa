//! Lists of instances, and instances as they were.

use std::time::Duration;

use es_core::prelude::*;
use es_core::process::{Phase, StepName};
use es_core::sagas::{InstanceError, SagaFilter, SagaPhase, SagaRow};
use futures_util::TryStreamExt;

use super::fulfilment::Fulfilment;
use super::services::{Manner, Services};
use super::{World, completed};

fn all() -> SagaFilter {
    SagaFilter::new(Category::new("fulfilment").unwrap())
}

fn keys(rows: &[SagaRow]) -> Vec<&str> {
    rows.iter().map(|row| row.stream.key().as_str()).collect()
}

/// Waits until the list shows `count` instances: the rows come a moment after the events.
async fn listed(world: &World, filter: &SagaFilter, count: usize) -> Vec<SagaRow> {
    loop {
        let rows = world.sagas.list(filter.clone(), 100).await.unwrap();
        if rows.len() == count {
            return rows;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test]
async fn instances_are_listed_by_phase_and_step_a_page_at_a_time() {
    let (world, services) = (World::new(), Services::default().with("ship", Manner::Hangs));
    let _running = world.run(&services).await;
    for order in 1..=5 {
        world.place(order).await;
    }
    services.called("ship", 5).await;

    let at_ship = all().with_step(StepName::new("ship").unwrap()).with_phase(SagaPhase::Forward);
    let rows = listed(&world, &at_ship, 5).await;
    assert_eq!(keys(&rows), ["1", "2", "3", "4", "5"]);
    assert!(rows.iter().all(|row| row.attempt == 1 && row.saga_version == Some(1)));

    let page = world.sagas.list(at_ship.clone(), 2).await.unwrap();
    let after = page.last().unwrap().stream.key().clone();
    assert_eq!(keys(&world.sagas.list(at_ship.with_after(after), 2).await.unwrap()), ["3", "4"]);
    assert!(world.sagas.list(all().with_version(2), 9).await.unwrap().is_empty());
}

#[tokio::test]
async fn an_instance_that_has_ended_is_listed_with_its_end() {
    let (world, services) = (World::new(), Services::default().with("ship", Manner::Refuses));
    let _running = world.run(&services).await;
    world.place(17).await;
    world.end(17).await;

    let rows = listed(&world, &all().with_phase(SagaPhase::Undone), 1).await;

    assert_eq!(rows[0].error.as_deref(), Some("ship is refused"));
    assert!(rows[0].ended_at.is_some_and(|at| at >= rows[0].started_at));
    assert_eq!(rows[0].step, None);
}

#[tokio::test]
async fn an_instance_is_read_as_it_was() {
    let (world, services) = (World::new(), Services::default());
    let _running = world.run(&services).await;
    world.place(17).await;
    assert_eq!(world.end(17).await, completed());
    let history = world.sagas.history::<Fulfilment>(&17).unwrap();
    let history: Vec<_> = history.try_collect().await.unwrap();

    let paid = world.sagas.load_at::<Fulfilment>(&17, Version(3)).await.unwrap();
    let begun = world.sagas.load_as_of::<Fulfilment>(&17, history[1].position).await.unwrap();
    let before = world.sagas.load_as_of::<Fulfilment>(&17, Position(1)).await.unwrap();
    let error = world.sagas.load_at::<Fulfilment>(&17, Version(99)).await.unwrap_err();

    assert_eq!(paid.instance.state().payment, Some(7));
    assert_eq!((begun.version, begun.instance.state().payment), (Version(2), None));
    assert_eq!((before.exists(), before.instance.phase()), (false, &Phase::New));
    assert!(matches!(error, InstanceError::NoSuchVersion { asked: Version(99), .. }));
}
