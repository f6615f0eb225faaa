//! Steps that are commands: the events of saga and aggregate are one append.

use std::time::Duration;

use es_core::prelude::*;
use es_core::process::{
    Activity, ActivityError, Answer, Call, Compensate, Definition, End, Perform, Prepare, Saga,
    Tried,
};
use es_core::sagas::{MemorySagas, Outcome, Performs, Sagas};

use super::fulfilment::{OrderPlaced, Starts};

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "stock-received")]
struct Received {
    pieces: u32,
}

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "stock-reserved")]
struct Reserved {
    order: u32,
}

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "stock-released")]
struct Released {
    order: u32,
}

#[derive(Aggregate, Default, Clone, Debug)]
#[aggregate(name = "stock", id = String, events(Received, Reserved, Released), error = NoneLeft)]
struct Stock {
    pieces: u32,
    orders: Vec<u32>,
}

#[derive(Debug, PartialEq, thiserror::Error)]
#[error("none left")]
struct NoneLeft;

impl Apply<Received> for Stock {
    fn apply(&mut self, event: Received) {
        self.pieces += event.pieces;
    }
}

impl Apply<Reserved> for Stock {
    fn apply(&mut self, event: Reserved) {
        self.pieces -= 1;
        self.orders.push(event.order);
    }
}

impl Apply<Released> for Stock {
    fn apply(&mut self, event: Released) {
        self.pieces += 1;
        self.orders.retain(|order| *order != event.order);
    }
}

#[derive(Command, Clone)]
#[command(aggregate = Stock, any)]
struct Receive {
    #[command(id)]
    item: String,
    pieces: u32,
}

#[derive(Command, Serialize, Deserialize, Clone)]
#[command(aggregate = Stock)]
struct Reserve {
    #[command(id)]
    item: String,
    order: u32,
}

#[derive(Command, Serialize, Deserialize, Clone)]
#[command(aggregate = Stock)]
struct Release {
    #[command(id)]
    item: String,
    order: u32,
}

impl Decide<Receive> for Stock {
    type Events = Received;

    fn decide(&self, command: Receive) -> Result<Received, NoneLeft> {
        Ok(Received { pieces: command.pieces })
    }
}

impl Decide<Reserve> for Stock {
    type Events = Reserved;

    fn decide(&self, command: Reserve) -> Result<Reserved, NoneLeft> {
        if self.pieces == 0 {
            return Err(NoneLeft);
        }
        Ok(Reserved { order: command.order })
    }
}

impl Decide<Release> for Stock {
    type Events = Released;

    fn decide(&self, command: Release) -> Result<Released, NoneLeft> {
        Ok(Released { order: command.order })
    }
}

#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
struct Deliver {
    order: u32,
}

impl Activity for Deliver {
    const NAME: &'static str = "deliver";
    type Output = ();
}

/// Reserves a lamp, then delivers it.
#[derive(Clone, Debug, Default, PartialEq)]
struct Delivery {
    order: u32,
}

impl Saga for Delivery {
    const NAME: &'static str = "delivery";
    type Id = u32;
    type Start = Starts;

    fn id(event: &Starts) -> u32 {
        let Starts::Placed(placed) = event;
        placed.order
    }

    fn definition() -> Definition<Self> {
        Definition::new(1, Duration::from_secs(3600))
            .start::<OrderPlaced>()
            .step::<Reserve>(|step| step)
            .step_without_compensation::<Deliver>("it is gone", |step| step)
    }

    fn initial() -> Self {
        Self::default()
    }

    fn start(&mut self, event: Starts) {
        let Starts::Placed(placed) = event;
        self.order = placed.order;
    }
}

impl Apply<()> for Delivery {
    fn apply(&mut self, (): ()) {}
}

impl Prepare<Reserve> for Delivery {
    fn prepare(&self) -> Reserve {
        Reserve { item: "lamp".into(), order: self.order }
    }
}

impl Compensate<Reserve> for Delivery {
    type By = Release;

    fn compensate(&self, _: Tried<()>) -> Release {
        Release { item: "lamp".into(), order: self.order }
    }
}

impl Prepare<Deliver> for Delivery {
    fn prepare(&self) -> Deliver {
        Deliver { order: self.order }
    }
}

/// A courier who refuses odd orders.
struct Courier;

impl Perform<Deliver> for Courier {
    async fn perform(&self, deliver: Deliver, _: &Call<'_>) -> Result<(), ActivityError> {
        if deliver.order % 2 == 1 {
            return Err(ActivityError::refused("an odd order"));
        }
        Ok(())
    }
}

impl Performs<Delivery> for Courier {
    async fn perform(&self, call: &Call<'_>) -> Answer {
        call.perform::<Deliver, _>(self).await
    }
}

async fn place(log: &MemoryStore, order: u32) {
    let event = Starts::Placed(OrderPlaced { order, cents: 500 });
    let placed = NewEvent::of(&event, Metadata::default()).unwrap();
    let stream = format!("order/{order}").parse().unwrap();
    log.append(Append::to(stream, ExpectedVersion::NoStream, vec![placed]).unwrap()).await.unwrap();
}

/// Runs the saga for `orders` orders on `nodes` that know nothing of each other, so each drives all instances.
async fn deliver(orders: u32, pieces: u32, nodes: usize) -> (Vec<Outcome>, Stock) {
    let log = MemoryStore::new();
    let stock = Repository::<Stock, _>::new(log.clone());
    stock.execute(Receive { item: "lamp".into(), pieces }).await.unwrap();
    let sagas: Vec<_> = (0..nodes).map(|_| Sagas::new(log.clone(), MemorySagas::new())).collect();
    let mut running = Vec::new();
    for node in &sagas {
        running.push(node.run::<Delivery, _>(Courier).await.unwrap());
    }
    for order in 0..orders {
        place(&log, order).await;
    }
    let mut outcomes = Vec::new();
    for order in 0..orders {
        let end = sagas[0].wait_for_end::<Delivery>(&order, Duration::from_secs(30)).await;
        outcomes.push(end.unwrap());
    }
    (outcomes, stock.load(&"lamp".to_owned()).await.unwrap().state)
}

#[tokio::test]
async fn a_command_is_executed_and_taken_back_by_another() {
    let (outcomes, stock) = deliver(2, 5, 1).await;

    assert_eq!(outcomes[0], Outcome::Ended(End::Completed));
    assert!(matches!(outcomes[1], Outcome::Ended(End::Undone { .. })), "{:?}", outcomes[1]);
    assert_eq!((stock.pieces, stock.orders), (4, vec![0]));
}

#[tokio::test]
async fn a_command_that_is_rejected_is_not_taken_back() {
    let (outcomes, stock) = deliver(1, 0, 1).await;

    assert!(matches!(outcomes[0], Outcome::Ended(End::Undone { .. })), "{:?}", outcomes[0]);
    assert_eq!((stock.pieces, stock.orders), (0, vec![]));
}

/// Leases are no guarantee: here every node drives every instance.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn three_nodes_that_drive_the_same_instances_execute_each_command_once() {
    let (outcomes, stock) = deliver(40, 100, 3).await;

    let even: Vec<_> = (0..40).filter(|order| order % 2 == 0).collect();
    let mut reserved = stock.orders;
    reserved.sort_unstable();
    assert_eq!((stock.pieces, reserved), (80, even));
    let completed = outcomes.iter().filter(|outcome| **outcome == Outcome::Ended(End::Completed));
    assert_eq!(completed.count(), 20);
}
