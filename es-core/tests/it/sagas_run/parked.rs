//! Events that start an instance and cannot be read.

use std::time::Duration;

use es_core::prelude::*;
use es_core::projection::ParkedKey;
use es_core::{EventName, Payload, RawEvent, Reason, SchemaVersion};

use super::fulfilment::Fulfilment;
use super::services::Services;
use super::{World, completed};

/// Places an order that says nothing of itself.
async fn place_unreadable(world: &World, order: u32) {
    let payload = Payload::of(&"nonsense").unwrap();
    let raw = RawEvent::new(EventName::new("order-placed").unwrap(), SchemaVersion(1), payload);
    let stream = format!("order/{order}").parse().unwrap();
    let placed = vec![NewEvent::new(raw, Metadata::default())];
    world.log.append(Append::to(stream, ExpectedVersion::NoStream, placed).unwrap()).await.unwrap();
}

async fn parked(world: &World) -> ParkedKey {
    let follower = world.sagas.follower::<Fulfilment>().unwrap();
    loop {
        if let Some(parked) = follower.parked().await.unwrap().pop() {
            return parked;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test]
async fn an_event_that_cannot_be_read_is_parked_and_dropped_by_a_person() {
    let (world, services) = (World::new(), Services::default());
    let _running = world.run(&services).await;

    place_unreadable(&world, 13).await;
    world.place(17).await;

    assert_eq!(world.end(17).await, completed(), "nobody else waits for it");
    let waiting = parked(&world).await;
    assert_eq!(waiting.key.as_str(), "order/13");
    let (follower, reason) = (world.sagas.follower::<Fulfilment>(), Reason::new("a test order"));
    let (follower, reason) = (follower.unwrap(), reason.unwrap());
    assert!(follower.drop_parked(&waiting.key, waiting.position, &reason).await.unwrap());
    while !follower.parked().await.unwrap().is_empty() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
