//! Instances that nobody has gone on with for a while.

use std::sync::atomic::Ordering;
use std::time::Duration;

use es_core::prelude::*;
use es_core::process::{Input, Instance, Reaction, Saga, SagaEvent};
use es_core::sagas::Outcome;

use super::fulfilment::{Fulfilment, OrderPlaced};
use super::services::Services;
use super::versions::{FOLDS, Thanks};
use super::{World, completed};

/// Stores an instance that was started ten minutes ago, and that no process has gone on with since.
pub(super) async fn begun_and_left<S: Saga<Start: From<OrderPlaced>>>(
    log: &MemoryStore,
    order: u32,
    position: Position,
) {
    let ten_minutes_ago = Timestamp::from_unix_micros(Timestamp::now().unix_micros() - 600_000_000);
    let event = <S as Saga>::Start::from(OrderPlaced { order, cents: 500 });
    let new = Instance::<S>::of_key(order.to_string()).unwrap();
    let plan = <S as Saga>::definition().plan().unwrap();
    let start = Input::Start { event, position };
    let Reaction::Changed { events, instance } = new.decide(&plan, start, ten_minutes_ago).unwrap()
    else {
        panic!("it starts")
    };
    let stored = |event: &SagaEvent| NewEvent::of(event, Metadata::default()).unwrap();
    let events = events.iter().map(stored).collect();
    let append = Append::to(instance.stream().clone(), ExpectedVersion::NoStream, events).unwrap();
    log.append(append).await.unwrap();
}

/// A call for which no time is left would be dropped half way.
#[tokio::test]
async fn an_activity_whose_time_is_over_is_not_resumed_and_has_its_next_attempt() {
    let (world, services) = (World::new(), Services::default());
    world.run(&services).await.stop().await;
    let position = world.place(17).await;
    begun_and_left::<Fulfilment>(&world.log, 17, position).await;

    let _running = world.other_process().run(&services).await;

    assert_eq!(world.end(17).await, completed());
    assert_eq!(services.names(), ["take-payment", "ship", "confirm"]);
    let events = world.events(17).await;
    assert_eq!(events[..4], ["started", "step-started", "step-failed", "step-started"]);
    assert!(!events.contains(&"step-resumed".to_owned()), "{events:?}");
}

#[tokio::test]
async fn a_wait_for_an_end_does_not_read_the_instance_again_for_the_events_of_others() {
    let world = World::new();
    let position = world.place(17).await;
    begun_and_left::<Thanks<3>>(&world.log, 17, position).await;
    let folded_before = FOLDS[3].load(Ordering::SeqCst);

    let waiting = world.sagas.wait_for_end::<Thanks<3>>(&17, Duration::from_millis(200));
    let others = async {
        for order in 100..120 {
            world.place(order).await;
            tokio::task::yield_now().await;
        }
    };
    let (outcome, ()) = tokio::join!(waiting, others);

    assert_eq!(outcome.unwrap(), Outcome::StillRunning);
    assert_eq!(FOLDS[3].load(Ordering::SeqCst) - folded_before, 1);
}
