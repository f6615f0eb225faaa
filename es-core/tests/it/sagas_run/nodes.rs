//! Several nodes that run one saga, in one process or not.

use std::time::Duration;

use es_core::projection::{Ended, MemoryProjections};
use es_core::sagas::{MemorySagas, SagaQuery, SagaRow, SagaStore, Sagas};
use es_core::{StoreError, StreamId};
use tokio::time::timeout;

use super::fulfilment::Fulfilment;
use super::services::{Manner, Services};
use super::{World, completed, options};

const ORDERS: u32 = 40;

/// Each run of a process knows its own slots, and not those of another run of the same saga.
#[tokio::test]
async fn a_second_run_in_one_process_leaves_the_instances_of_the_first_alone() {
    let (world, mute) = (World::new(), Services::default().with("ship", Manner::Hangs));
    // Longer than a slow machine takes to renew it: the slots go over by agreement, and half of them.
    let options = options().with_lease(Duration::from_secs(2));
    let _first = world.run_with(&mute, options.clone()).await;
    for order in 0..ORDERS {
        world.place(order).await;
    }
    mute.called("ship", ORDERS as usize).await;

    let also_mute = Services::default().with("ship", Manner::Hangs);
    let second = world.run_with(&also_mute, options).await;
    also_mute.called("ship", 1).await;
    second.stop().await;

    // Half of the slots went over, and with them what was under way there.
    assert!(also_mute.calls().len() < ORDERS as usize, "{:?}", also_mute.calls());
}

/// A store of sagas whose rows cannot be looked through.
#[derive(Clone, Debug)]
struct Broken(MemorySagas);

impl SagaStore for Broken {
    type Progress = MemoryProjections<()>;

    fn progress(&self) -> &MemoryProjections<()> {
        self.0.progress()
    }

    async fn rows(&self, db: &mut (), streams: &[StreamId]) -> Result<Vec<SagaRow>, StoreError> {
        self.0.rows(db, streams).await
    }

    async fn save(&self, db: &mut (), rows: &[SagaRow]) -> Result<(), StoreError> {
        self.0.save(db, rows).await
    }

    async fn find(&self, _: &SagaQuery, _: u32) -> Result<Vec<SagaRow>, StoreError> {
        panic!("the store is wrong")
    }
}

#[tokio::test]
async fn a_driver_that_dies_is_told_of_and_others_take_its_slots() {
    let (world, services) = (World::new(), Services::default());
    let broken = Sagas::new(world.log.clone(), Broken(world.kept.clone()));
    let run = broken.run_with::<Fulfilment, _>(services.clone(), options());
    let mut running = run.await.unwrap();

    let ended = timeout(Duration::from_secs(20), running.ended()).await;

    assert_eq!(ended, Ok(Ended::BrokenOff));
    let _other = world.run(&services).await;
    for order in 0..ORDERS {
        world.place(order).await;
    }
    for order in 0..ORDERS {
        assert_eq!(world.end(order).await, completed());
    }
}
