//! The smallest runtime: one instance, one task, a clock that jumps to the end of each wait.

use futures_util::TryStreamExt;

use es_core::prelude::*;
use es_core::process::{
    Activity, Answer, Call, CommandStep, Input, Instance, Next, Reaction, Saga, SagaEvent,
    UntypedSaga,
};
use es_core::{DynEventStore, StreamAppend};

use super::fulfilment::{
    CancelOrder, CancelShipment, Confirm, CreateShipment, Fulfilment, ITEM, OrderPlaced, Refund,
    Starts, TakePayment,
};
use super::services::Services;
use super::stock::{Receive, Stock};

type Order = Instance<Fulfilment>;

fn saga_stream() -> StreamId {
    "fulfilment/17".parse().unwrap()
}

fn order_stream() -> StreamId {
    "order/17".parse().unwrap()
}

/// An order that goes on: its instance, and the version up to which its stream is known.
struct Running {
    store: MemoryStore,
    order: Order,
    version: u64,
    now: Timestamp,
}

/// Places an order and runs its saga to the end.
pub(crate) async fn run(services: &Services, pieces: u32) -> (MemoryStore, Order) {
    let store = MemoryStore::new();
    let stock = Repository::<Stock, _>::new(store.clone());
    stock.execute(Receive { item: ITEM.into(), pieces }).await.unwrap();
    let event = Starts::Placed(OrderPlaced { order: 17, cents: 500 });
    let placed = NewEvent::of(&event, Metadata::default()).unwrap();
    let append = Append::to(order_stream(), ExpectedVersion::NoStream, vec![placed]).unwrap();
    let position = store.append(append).await.unwrap().position().unwrap();

    let now = Timestamp::from_unix_micros(0);
    let mut running = Running { store, order: Instance::new(saga_stream()), version: 0, now };
    running.tell(Input::Start { event, position }).await;
    while let Some(input) = running.next(services).await {
        running.tell(input).await;
    }
    (running.store, running.order)
}

impl Running {
    async fn next(&mut self, services: &Services) -> Option<Input<Starts>> {
        match self.order.next() {
            Next::Perform(call) => {
                let (attempt, answer) = (call.attempt.clone(), perform(services, &call).await);
                Some(Input::Answered { attempt, answer })
            }
            Next::Wait { until } => {
                self.now = until;
                Some(Input::TimePassed)
            }
            Next::Nothing(_) => None,
            next => panic!("{next:?}"),
        }
    }

    /// One input, one append, together with the commands that follow from it.
    async fn tell(&mut self, input: Input<Starts>) {
        let mut events = self.decide(input);
        let mut parts = Vec::new();
        while let Next::Execute(call) = self.order.next() {
            let command = Fulfilment::command_of(call.request).unwrap();
            let attempt = call.attempt.clone();
            let (part, answer) = self.execute(command).await;
            parts.extend(part);
            events.extend(self.decide(Input::Answered { attempt, answer }));
        }
        let expected = expected(Version(self.version));
        self.version += events.len() as u64;
        let events = events.iter().map(|event| NewEvent::of(event, Metadata::default()).unwrap());
        parts.push(StreamAppend::new(saga_stream(), expected, events.collect()));
        self.store.append(Append::new(parts).unwrap()).await.unwrap();
    }

    async fn execute(&self, mut command: Box<dyn CommandStep>) -> (Option<StreamAppend>, Answer) {
        let store = DynEventStore::new(self.store.clone());
        let version = command.load(&store).await.unwrap();
        let stream = command.stream().clone();
        match command.decide(&Metadata::default()) {
            Ok(new) => (Some(StreamAppend::new(stream, expected(version), new)), Answer::done()),
            Err(error) => (None, error.into()),
        }
    }

    fn decide(&mut self, input: Input<Starts>) -> Vec<SagaEvent> {
        let plan = Fulfilment::definition().plan().unwrap();
        let Reaction::Changed { events, instance } =
            self.order.decide(&plan, input, self.now).unwrap()
        else {
            panic!("nothing followed");
        };
        self.order = *instance;
        events
    }
}

fn expected(version: Version) -> ExpectedVersion {
    match version {
        Version::NONE => ExpectedVersion::NoStream,
        version => ExpectedVersion::Exact(version),
    }
}

/// The instance as it is read from the store: its events, and the event that they refer to.
pub(crate) async fn stored(store: &MemoryStore) -> Order {
    let events = store.read_stream(&saga_stream(), Cursor::START);
    let events: Vec<_> = events.try_collect().await.unwrap();
    let mut order = Instance::new(saga_stream());
    for recorded in events {
        for event in recorded.decode::<SagaEvent>().unwrap() {
            let heard = match event.event.heard() {
                Some(position) => Some(started_at(store, position).await),
                None => None,
            };
            order.evolve(&event.event, heard.as_ref()).unwrap();
        }
    }
    order
}

async fn started_at(store: &MemoryStore, position: Position) -> Starts {
    let log: Vec<_> = store.read_log(Cursor::START).try_collect().await.unwrap();
    let placed = log.into_iter().find(|event| event.position == position).unwrap();
    placed.decode::<Starts>().unwrap().into_iter().next().unwrap().event
}

async fn perform(services: &Services, call: &Call<'_>) -> Answer {
    match call.request.name.as_str() {
        TakePayment::NAME => call.perform::<TakePayment, _>(services).await,
        Refund::NAME => call.perform::<Refund, _>(services).await,
        CreateShipment::NAME => call.perform::<CreateShipment, _>(services).await,
        CancelShipment::NAME => call.perform::<CancelShipment, _>(services).await,
        CancelOrder::NAME => call.perform::<CancelOrder, _>(services).await,
        Confirm::NAME => call.perform::<Confirm, _>(services).await,
        name => panic!("nobody performs {name}"),
    }
}
