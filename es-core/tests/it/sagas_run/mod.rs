//! Sagas at run time, on the store in memory: started by events, driven by nodes, looked after by people.

mod acts;
mod commands;
mod crashes;
mod ends;
mod fulfilment;
mod health;
mod lists;
mod nodes;
mod overdue;
mod parked;
mod rehearsals;
mod retired;
mod services;
mod stock;
mod versions;

use std::time::Duration;

use es_core::RecordedEvent;
use es_core::prelude::*;
use es_core::process::{End, Phase};
use es_core::sagas::{MemorySagas, Outcome, RunningSaga, SagaOptions, Sagas};

use fulfilment::{Fulfilment, OrderPlaced, Starts};
use services::Services;

/// A log with its sagas, as one process sees it.
#[derive(Clone, Debug)]
pub(crate) struct World {
    log: MemoryStore,
    kept: MemorySagas,
    sagas: Sagas<MemoryStore, MemorySagas>,
}

impl World {
    fn new() -> Self {
        Self::of(MemoryStore::new(), MemorySagas::new())
    }

    fn of(log: MemoryStore, kept: MemorySagas) -> Self {
        Self { sagas: Sagas::new(log.clone(), kept.clone()), log, kept }
    }

    /// The same log as another process sees it, which shares nothing but the stores.
    fn other_process(&self) -> Self {
        Self::of(self.log.clone(), self.kept.clone())
    }

    /// Runs the saga on a node.
    async fn run(&self, services: &Services) -> RunningSaga {
        self.run_with(services, options()).await
    }

    async fn run_with(&self, services: &Services, options: SagaOptions) -> RunningSaga {
        self.sagas.run_with::<Fulfilment, _>(services.clone(), options).await.unwrap()
    }

    async fn place(&self, order: u32) -> Position {
        let event = Starts::Placed(OrderPlaced { order, cents: 500 });
        let placed = NewEvent::of(&event, Metadata::default()).unwrap();
        let stream = format!("order/{order}").parse().unwrap();
        let append = Append::to(stream, ExpectedVersion::NoStream, vec![placed]).unwrap();
        self.log.append(append).await.unwrap().position().unwrap()
    }

    async fn end(&self, order: u32) -> Outcome {
        self.sagas.wait_for_end::<Fulfilment>(&order, Duration::from_secs(20)).await.unwrap()
    }

    async fn phase(&self, order: u32) -> Phase {
        self.sagas.load::<Fulfilment>(&order).await.unwrap().instance.phase().clone()
    }

    /// The names of the events of an instance.
    async fn events(&self, order: u32) -> Vec<String> {
        let stream = format!("fulfilment/{order}").parse().unwrap();
        let page = self.log.stream_page(&stream, Cursor::START, 1000).await.unwrap();
        let name = |event: RecordedEvent| event.event.name.to_string();
        page.into_iter().map(name).map(|name| name.replace("saga.", "")).collect()
    }
}

/// Leases that end soon, and no patience with attempts under way.
fn options() -> SagaOptions {
    SagaOptions::default()
        .with_lease(Duration::from_millis(200))
        .with_grace(Duration::from_millis(50))
}

fn completed() -> Outcome {
    Outcome::Ended(End::Completed)
}
