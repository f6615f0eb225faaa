//! Ends of instances: completed, or all taken back.

use es_core::process::{Because, End, Failure, StepName};
use es_core::sagas::Outcome;

use super::services::{Manner, Services};
use super::{World, completed};

fn undone(because: Failure, at: &str) -> Outcome {
    Outcome::Ended(End::Undone {
        because: Because::Failed(because),
        at: StepName::new(at).unwrap(),
    })
}

#[tokio::test]
async fn an_event_starts_an_instance_which_completes() {
    let (world, services) = (World::new(), Services::default());
    let running = world.run(&services).await;

    world.place(17).await;

    assert_eq!(world.end(17).await, completed());
    assert_eq!(
        services.calls(),
        [
            "take-payment fulfilment/17/take-payment",
            "ship fulfilment/17/ship",
            "confirm fulfilment/17/confirm"
        ]
    );
    running.stop().await;
}

#[tokio::test]
async fn without_a_shipment_the_money_goes_back() {
    let (world, services) = (World::new(), Services::default().with("ship", Manner::Refuses));
    let _running = world.run(&services).await;

    world.place(17).await;

    assert_eq!(world.end(17).await, undone(Failure::refused("ship is refused"), "ship"));
    assert_eq!(services.names(), ["take-payment", "ship", "refund", "cancel-order"]);
    assert_eq!(services.request("refund"), r#"{"payment":7,"cents":500}"#);
    assert_eq!(services.taken_back(), ["fulfilment/17/take-payment", "fulfilment/17/order-placed"]);
}

#[tokio::test]
async fn a_payment_that_was_refused_at_once_is_not_refunded() {
    let world = World::new();
    let services = Services::default().with("take-payment", Manner::Refuses);
    let _running = world.run(&services).await;

    world.place(17).await;

    let refused = Failure::refused("take-payment is refused");
    assert_eq!(world.end(17).await, undone(refused, "take-payment"));
    assert_eq!(services.names(), ["take-payment", "cancel-order"]);
}

#[tokio::test]
async fn a_payment_without_an_answer_is_refunded_by_the_key_of_its_step() {
    let (world, services) = (World::new(), Services::default().with("take-payment", Manner::Fails));
    let _running = world.run(&services).await;

    world.place(17).await;

    let away = Failure::failed("the service is away: reset by peer");
    assert_eq!(world.end(17).await, undone(away, "take-payment"));
    assert_eq!(services.request("refund"), r#"{"payment":null,"cents":500}"#);
    assert_eq!(services.taken_back()[0], "fulfilment/17/take-payment");
}

#[tokio::test]
async fn the_failure_of_an_optional_step_is_ignored() {
    let (world, services) = (World::new(), Services::default().with("confirm", Manner::Fails));
    let _running = world.run(&services).await;

    world.place(17).await;

    assert_eq!(world.end(17).await, completed());
    assert_eq!(services.names(), ["take-payment", "ship", "confirm", "confirm"]);
}

#[tokio::test]
async fn a_service_that_hangs_is_asked_again_and_taken_back_all_the_same() {
    let (world, services) = (World::new(), Services::default().with("take-payment", Manner::Hangs));
    let _running = world.run(&services).await;

    world.place(17).await;

    assert_eq!(world.end(17).await, undone(Failure::TimedOut, "take-payment"));
    let asked = ["take-payment", "take-payment", "take-payment", "refund", "cancel-order"];
    assert_eq!(services.names(), asked);
}

#[tokio::test]
async fn an_activity_that_panics_has_failed() {
    let (world, services) = (World::new(), Services::default().with("confirm", Manner::Panics));
    let _running = world.run(&services).await;

    world.place(17).await;

    assert_eq!(world.end(17).await, completed());
    assert_eq!(services.names(), ["take-payment", "ship", "confirm", "confirm"]);
}

#[tokio::test]
async fn many_instances_are_driven_by_two_nodes() {
    const ORDERS: u32 = 300;
    let (world, services) = (World::new(), Services::default());
    let (_one, _two) = (world.run(&services).await, world.run(&services).await);

    for order in 0..ORDERS {
        world.place(order).await;
    }

    for order in 0..ORDERS {
        assert_eq!(world.end(order).await, completed());
    }
}
