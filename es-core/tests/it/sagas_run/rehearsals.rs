//! Rehearsals: what a new release reads, and would ask for.

use std::time::Duration;

use es_core::prelude::*;
use es_core::process::{
    Compensate, CompensateStart, Definition, Direction, Prepare, Saga, StepPolicy, Tried,
};
use es_core::sagas::{Difference, Rehearsed};
use futures_util::TryStreamExt;

use super::World;
use super::fulfilment::{
    CallBack, CancelOrder, Confirm, Fulfilment, OrderPlaced, PaymentTaken, Refund, Ship, Starts,
    TakePayment,
};
use super::services::{Manner, Services};

/// The next release, which gives a discount. It may have forgotten a step that instances have tried.
#[derive(Clone, Debug, Default, PartialEq)]
struct Next<const FORGETS: bool> {
    order: u32,
    cents: u64,
}

impl<const FORGETS: bool> Saga for Next<FORGETS> {
    const NAME: &'static str = "fulfilment";
    type Id = u32;
    type Start = Starts;

    fn id(event: &Starts) -> u32 {
        let Starts::Placed(placed) = event;
        placed.order
    }

    fn definition() -> Definition<Self> {
        let begun = Definition::new(2, Duration::from_secs(7200))
            .compensated_start::<OrderPlaced>()
            .step::<TakePayment>(|step| step);
        let begun = if FORGETS { begun } else { begun.step::<Ship>(|step| step) };
        begun.step_without_compensation::<Confirm>("a mail is not unsent", StepPolicy::optional)
    }

    fn initial() -> Self {
        Self::default()
    }

    fn start(&mut self, event: Starts) {
        let Starts::Placed(placed) = event;
        (self.order, self.cents) = (placed.order, placed.cents);
    }
}

impl<const FORGETS: bool> Apply<PaymentTaken> for Next<FORGETS> {
    fn apply(&mut self, _: PaymentTaken) {}
}

impl<const FORGETS: bool> Apply<()> for Next<FORGETS> {
    fn apply(&mut self, (): ()) {}
}

impl<const FORGETS: bool> Prepare<TakePayment> for Next<FORGETS> {
    fn prepare(&self) -> TakePayment {
        TakePayment { cents: self.cents - 10 }
    }
}

impl<const FORGETS: bool> Prepare<Ship> for Next<FORGETS> {
    fn prepare(&self) -> Ship {
        Ship {}
    }
}

impl<const FORGETS: bool> Prepare<Confirm> for Next<FORGETS> {
    fn prepare(&self) -> Confirm {
        Confirm {}
    }
}

impl<const FORGETS: bool> Compensate<TakePayment> for Next<FORGETS> {
    type By = Refund;

    fn compensate(&self, tried: Tried<PaymentTaken>) -> Refund {
        Refund { payment: tried.done().map(|answer| answer.payment), cents: self.cents }
    }
}

impl<const FORGETS: bool> Compensate<Ship> for Next<FORGETS> {
    type By = CallBack;

    fn compensate(&self, _: Tried<()>) -> CallBack {
        CallBack {}
    }
}

impl<const FORGETS: bool> CompensateStart<OrderPlaced> for Next<FORGETS> {
    type By = CancelOrder;

    fn compensate_start(&self) -> CancelOrder {
        CancelOrder {}
    }
}

/// An order that was shipped, and one whose payment was refused after three attempts.
async fn played() -> World {
    let (world, services) = (World::new(), Services::default());
    let running = world.run(&services).await;
    world.place(1).await;
    world.end(1).await;
    services.set("take-payment", Some(Manner::Fails));
    world.place(2).await;
    world.end(2).await;
    running.stop().await;
    world
}

async fn rehearsed<S: Saga>(world: &World) -> Vec<Rehearsed> {
    world.sagas.rehearse::<S>().try_collect().await.unwrap()
}

#[tokio::test]
async fn the_code_that_has_run_would_ask_for_the_same() {
    let world = played().await;

    let all = rehearsed::<Fulfilment>(&world).await;

    let streams: Vec<_> = all.iter().map(|one| one.stream.to_string()).collect();
    assert_eq!(streams, ["fulfilment/1", "fulfilment/2"]);
    assert!(all.iter().all(|one| one.differences.is_empty()), "{all:?}");
}

#[tokio::test]
async fn a_request_with_other_fields_is_a_difference() {
    let world = played().await;

    for one in rehearsed::<Next<false>>(&world).await {
        let [different] = &one.differences[..] else { panic!("{one:?}") };
        assert!(matches!(
            different,
            Difference::Request { direction: Direction::Step, now: Ok(_), .. }
        ));
        assert_eq!(
            different.to_string(),
            r#"`take-payment` at version 2 asked for `take-payment` {"cents":500}, and now asks for `take-payment` {"cents":490}"#
        );
    }
}

#[tokio::test]
async fn a_step_that_this_code_does_not_know_makes_an_instance_unreadable() {
    let world = played().await;

    let all = rehearsed::<Next<true>>(&world).await;

    let is_readable = |one: &Rehearsed| {
        !one.differences.iter().any(|found| matches!(found, Difference::Unreadable(_)))
    };
    assert_eq!(all.iter().map(is_readable).collect::<Vec<_>>(), [false, true]);
    let missing = all[0].differences.iter().map(ToString::to_string);
    assert!(missing.clone().any(|text| text.contains("now fails")), "{all:?}");
}
