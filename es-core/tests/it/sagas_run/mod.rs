//! Sagas at run time, on the store in memory: started by events, driven by nodes, looked after by people.

mod acts;
mod commands;
mod crashes;
mod ends;
mod fulfilment;
mod lists;
mod rehearsals;
mod services;
mod versions;

use std::time::Duration;

use es_core::RecordedEvent;
use es_core::prelude::*;
use es_core::process::{End, Phase};
use es_core::sagas::{MemorySagas, Outcome, RunningSaga, SagaOptions, Sagas};

use fulfilment::{Fulfilment, OrderPlaced, Starts};
use services::Services;

/// A log with its sagas, as several nodes see it.
#[derive(Clone, Debug)]
pub(crate) struct World {
    log: MemoryStore,
    sagas: Sagas<MemoryStore, MemorySagas>,
}

impl World {
    fn new() -> Self {
        let log = MemoryStore::new();
        Self { sagas: Sagas::new(log.clone(), MemorySagas::new()), log }
    }

    /// Runs the saga on a node.
    async fn run(&self, services: &Services) -> RunningSaga {
        let options = SagaOptions::default()
            .with_lease(Duration::from_millis(200))
            .with_grace(Duration::from_millis(50));
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

fn completed() -> Outcome {
    Outcome::Ended(End::Completed)
}
