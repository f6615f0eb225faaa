//! Steps that are commands: the events of saga and aggregate are one append.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use es_core::prelude::*;
use es_core::process::{
    Activity, ActivityError, Answer, Call, Compensate, Definition, End, Perform, Prepare,
    RetryPolicy, Saga, Tried,
};
use es_core::sagas::{MemorySagas, Outcome, Performs, SagaOptions, Sagas};
use es_core::{EventName, Payload, RawEvent, RecordedEvent, SchemaVersion, Start};
use futures_util::TryStreamExt;

use super::fulfilment::{OrderPlaced, Starts};
use super::overdue::begun_and_left;
use super::stock::{PANICS, Receive, Release, Reserve, Stock};

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
            .step::<Reserve>(|step| step.with_retry(RetryPolicy::attempts(1)))
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

/// A courier who refuses odd orders, and notes all that were asked for.
#[derive(Clone, Debug, Default)]
struct Courier(Arc<Mutex<Vec<u32>>>);

impl Perform<Deliver> for Courier {
    async fn perform(&self, deliver: Deliver, _: &Call<'_>) -> Result<(), ActivityError> {
        self.0.lock().unwrap().push(deliver.order);
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

async fn place(log: &MemoryStore, order: u32) -> Position {
    let event = Starts::Placed(OrderPlaced { order, cents: 500 });
    let placed = NewEvent::of(&event, Metadata::default()).unwrap();
    let stream = format!("order/{order}").parse().unwrap();
    let append = Append::to(stream, ExpectedVersion::NoStream, vec![placed]).unwrap();
    log.append(append).await.unwrap().position().unwrap()
}

/// The names of the events of an instance.
async fn events(log: &MemoryStore, order: u32) -> Vec<String> {
    let sagas = Sagas::new(log.clone(), MemorySagas::new());
    let history = sagas.history::<Delivery>(&order).unwrap();
    let history: Vec<RecordedEvent> = history.try_collect().await.unwrap();
    history.into_iter().map(|event| event.event.name.to_string()).collect()
}

/// Orders that were delivered.
struct Delivered {
    outcomes: Vec<Outcome>,
    stock: Stock,
    log: MemoryStore,
    /// Those that the courier was asked for, once for each attempt.
    asked: Vec<u32>,
}

/// Runs the saga for `orders` orders on `nodes` that know nothing of each other, so each drives all instances.
async fn deliver(orders: u32, pieces: u32, nodes: usize) -> Delivered {
    let log = MemoryStore::new();
    let stock = Repository::<Stock, _>::new(log.clone());
    stock.execute(Receive { item: "lamp".into(), pieces }).await.unwrap();
    let sagas: Vec<_> = (0..nodes).map(|_| Sagas::new(log.clone(), MemorySagas::new())).collect();
    let (mut running, courier) = (Vec::new(), Courier::default());
    for node in &sagas {
        running.push(node.run::<Delivery, _>(courier.clone()).await.unwrap());
    }
    for order in 0..orders {
        place(&log, order).await;
    }
    let mut outcomes = Vec::new();
    for order in 0..orders {
        let end = sagas[0].wait_for_end::<Delivery>(&order, Duration::from_secs(30)).await;
        outcomes.push(end.unwrap());
    }
    let stock = stock.load(&"lamp".to_owned()).await.unwrap().state;
    let asked = courier.0.lock().unwrap().clone();
    Delivered { outcomes, stock, log, asked }
}

#[tokio::test]
async fn a_command_is_executed_and_taken_back_by_another() {
    let Delivered { outcomes, stock, .. } = deliver(2, 5, 1).await;

    assert_eq!(outcomes[0], Outcome::Ended(End::Completed));
    assert!(matches!(outcomes[1], Outcome::Ended(End::Undone { .. })), "{:?}", outcomes[1]);
    assert_eq!((stock.pieces, stock.orders), (4, vec![0]));
}

#[tokio::test]
async fn a_command_that_is_rejected_is_not_taken_back() {
    let Delivered { outcomes, stock, .. } = deliver(1, 0, 1).await;

    assert!(matches!(outcomes[0], Outcome::Ended(End::Undone { .. })), "{:?}", outcomes[0]);
    assert_eq!((stock.pieces, stock.orders), (0, vec![]));
}

#[tokio::test]
async fn a_command_that_panics_has_failed() {
    let log = MemoryStore::new();
    let stock = Repository::<Stock, _>::new(log.clone());
    stock.execute(Receive { item: "lamp".into(), pieces: 1 }).await.unwrap();
    let sagas = Sagas::new(log.clone(), MemorySagas::new());
    let _running = sagas.run::<Delivery, _>(Courier::default()).await.unwrap();
    place(&log, PANICS).await;

    let end = sagas.wait_for_end::<Delivery>(&PANICS, Duration::from_secs(30)).await.unwrap();

    let Outcome::Ended(End::Undone { because, .. }) = end else { panic!("{end:?}") };
    assert_eq!(because.to_string(), "the code of the command panicked");
}

/// An event of the aggregate that another release has written: no attempt is counted, and nothing is taken back.
#[tokio::test]
async fn a_command_whose_aggregate_cannot_be_read_waits_for_another_release() {
    let log = MemoryStore::new();
    let payload = Payload::of(&"nonsense").unwrap();
    let raw = RawEvent::new(EventName::new("stock-received").unwrap(), SchemaVersion(9), payload);
    let unread = vec![NewEvent::new(raw, Metadata::default())];
    let stream = StreamId::of::<Stock>(&"lamp".to_owned()).unwrap();
    log.append(Append::to(stream, ExpectedVersion::NoStream, unread).unwrap()).await.unwrap();
    let sagas = Sagas::new(log.clone(), MemorySagas::new());
    let _running = sagas.run::<Delivery, _>(Courier::default()).await.unwrap();
    place(&log, 0).await;

    let end = sagas.wait_for_end::<Delivery>(&0, Duration::from_secs(1)).await.unwrap();

    assert_eq!(end, Outcome::StillRunning);
    assert_eq!(events(&log, 0).await, ["saga.started", "saga.step-started"]);
}

/// Nothing of a command is under way while nobody executes it, so that it cannot be too late but for the whole.
#[tokio::test]
async fn a_command_that_nobody_executed_in_its_time_is_executed_late() {
    let log = MemoryStore::new();
    let stock = Repository::<Stock, _>::new(log.clone());
    stock.execute(Receive { item: "lamp".into(), pieces: 1 }).await.unwrap();
    let position = place(&log, 0).await;
    begun_and_left::<Delivery>(&log, 0, position).await;

    let sagas = Sagas::new(log.clone(), MemorySagas::new());
    let all = SagaOptions::default().with_start(Start::Beginning);
    let _running = sagas.run_with::<Delivery, _>(Courier::default(), all).await.unwrap();

    let end = sagas.wait_for_end::<Delivery>(&0, Duration::from_secs(30)).await.unwrap();
    assert_eq!(end, Outcome::Ended(End::Completed));
    let failed = events(&log, 0).await.into_iter().filter(|name| name.ends_with("step-failed"));
    assert_eq!(failed.count(), 0);
}

/// Leases are no guarantee: here every node drives every instance.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn three_nodes_that_drive_the_same_instances_execute_each_command_once() {
    let Delivered { outcomes, stock, log, asked } = deliver(40, 100, 3).await;

    let even: Vec<_> = (0..40).filter(|order| order % 2 == 0).collect();
    let mut reserved = stock.orders;
    reserved.sort_unstable();
    assert_eq!((stock.pieces, reserved), (80, even));
    let completed = outcomes.iter().filter(|outcome| **outcome == Outcome::Ended(End::Completed));
    assert_eq!(completed.count(), 20);
    for order in 0..40 {
        let attempts = asked.iter().filter(|asked| **asked == order).count();
        let is_resumed = events(&log, order).await.contains(&"saga.step-resumed".to_owned());
        assert!(attempts == 1 || is_resumed, "{attempts} attempts of {order}: one was not stored");
    }
}
