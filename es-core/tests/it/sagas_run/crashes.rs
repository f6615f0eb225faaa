//! Processes that are gone, and those that go on with their instances.

use std::time::Duration;

use es_core::process::Phase;
use es_core::sagas::SagaOptions;
use tokio::runtime::Runtime;

use super::services::{Manner, Services};
use super::{World, completed};

#[tokio::test]
async fn another_node_goes_on_under_the_same_key_after_it_has_stored_that() {
    let (world, services) = (World::new(), Services::default().with("ship", Manner::Hangs));
    let process = Runtime::new().unwrap();
    let (theirs, asked) = (world.clone(), services.clone());
    let running = process.spawn(async move { theirs.run(&asked).await }).await.unwrap();
    world.place(17).await;
    services.called("ship", 1).await;

    // The process is gone, with all of its tasks, and nothing was said.
    std::mem::forget(running);
    process.shutdown_background();
    services.set("ship", None);
    let _running = world.other_process().run(&services).await;

    assert_eq!(world.end(17).await, completed());
    let shipped = services.calls().into_iter().filter(|call| call.starts_with("ship"));
    assert_eq!(shipped.collect::<Vec<_>>(), ["ship fulfilment/17/ship"; 2]);
    assert_eq!(world.events(17).await.iter().filter(|name| *name == "step-resumed").count(), 1);
}

#[tokio::test]
async fn what_was_heard_before_a_crash_is_started_after_it() {
    let (world, services) = (World::new(), Services::default());
    world.run(&services).await.stop().await;

    world.place(17).await;
    assert_eq!(world.phase(17).await, Phase::New);
    let _running = world.other_process().run(&services).await;

    assert_eq!(world.end(17).await, completed());
}

#[tokio::test]
async fn a_stop_lets_an_attempt_end_begins_nothing_after_it_and_hands_the_instance_over() {
    let (world, services) = (World::new(), Services::default().with("ship", Manner::Waits));
    let patient = SagaOptions::default().with_grace(Duration::from_secs(20));
    let running = world.run_with(&services, patient).await;
    world.place(17).await;
    services.called("ship", 1).await;

    // The stop is asked for before the answer comes.
    tokio::join!(running.stop(), async { services.let_go() });

    assert_eq!(services.names(), ["take-payment", "ship"]);
    let _running = world.other_process().run(&services).await;
    assert_eq!(world.end(17).await, completed());
    assert_eq!(services.names(), ["take-payment", "ship", "confirm"]);
}

#[tokio::test]
async fn an_instance_whose_fold_panics_keeps_nobody_else_waiting_and_is_tried_again() {
    let (world, services) = (World::new(), Services::default());
    let _running = world.run(&services).await;

    world.place(super::fulfilment::PANICS).await;
    world.place(17).await;

    assert_eq!(world.end(17).await, completed());
    super::fulfilment::folds_panic(false);
    assert_eq!(world.end(super::fulfilment::PANICS).await, completed());
}
