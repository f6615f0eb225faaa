//! Rehearsals: what a new release reads, and would ask for.

use std::time::Duration;

use es_core::prelude::*;
use es_core::process::{
    Compensate, CompensateStart, Definition, Direction, Prepare, Saga, StepPolicy, Tried,
};
use es_core::sagas::{Difference, Outcome, RehearsalError, Rehearsed};
use futures_util::TryStreamExt;

use super::World;
use super::acts::seen;
use super::fulfilment::{
    CallBack, CancelOrder, Confirm, Fulfilment, OrderPlaced, PaymentTaken, Refund, Ship, Starts,
    TakePayment,
};
use super::services::{Manner, Services};

/// Gives a discount on payments.
const DISCOUNT: u8 = 1;
/// Has forgotten the step `ship`, which instances have tried.
const FORGETS: u8 = 2;
/// Has retired the step `ship`.
const RETIRES: u8 = 3;
/// Keeps a fee of what is refunded.
const FEE: u8 = 4;

/// The next release, with a change.
#[derive(Clone, Debug, Default, PartialEq)]
struct Next<const CHANGE: u8> {
    order: u32,
    cents: u64,
}

impl<const CHANGE: u8> Saga for Next<CHANGE> {
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
        let begun = match CHANGE {
            FORGETS => begun,
            RETIRES => begun.retired_step::<Ship>(),
            _ => begun.step::<Ship>(|step| step),
        };
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

impl<const CHANGE: u8> Apply<PaymentTaken> for Next<CHANGE> {
    fn apply(&mut self, _: PaymentTaken) {}
}

impl<const CHANGE: u8> Apply<()> for Next<CHANGE> {
    fn apply(&mut self, (): ()) {}
}

impl<const CHANGE: u8> Prepare<TakePayment> for Next<CHANGE> {
    fn prepare(&self) -> TakePayment {
        TakePayment { cents: self.cents - if CHANGE == DISCOUNT { 10 } else { 0 } }
    }
}

impl<const CHANGE: u8> Prepare<Ship> for Next<CHANGE> {
    fn prepare(&self) -> Ship {
        Ship {}
    }
}

impl<const CHANGE: u8> Prepare<Confirm> for Next<CHANGE> {
    fn prepare(&self) -> Confirm {
        Confirm {}
    }
}

impl<const CHANGE: u8> Compensate<TakePayment> for Next<CHANGE> {
    type By = Refund;

    fn compensate(&self, tried: Tried<PaymentTaken>) -> Refund {
        let fee = if CHANGE == FEE { 10 } else { 0 };
        Refund { payment: tried.done().map(|answer| answer.payment), cents: self.cents - fee }
    }
}

impl<const CHANGE: u8> Compensate<Ship> for Next<CHANGE> {
    type By = CallBack;

    fn compensate(&self, _: Tried<()>) -> CallBack {
        CallBack {}
    }
}

impl<const CHANGE: u8> CompensateStart<OrderPlaced> for Next<CHANGE> {
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

    for one in rehearsed::<Next<DISCOUNT>>(&world).await {
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

    let all = rehearsed::<Next<FORGETS>>(&world).await;

    let is_readable = |one: &Rehearsed| {
        !one.differences.iter().any(|found| matches!(found, Difference::Unreadable(_)))
    };
    assert_eq!(all.iter().map(is_readable).collect::<Vec<_>>(), [false, true]);
    let missing = all[0].differences.iter().map(ToString::to_string);
    assert!(missing.clone().any(|text| text.contains("now fails")), "{all:?}");
}

#[tokio::test]
async fn a_retired_step_is_not_compared() {
    let world = played().await;

    let all = rehearsed::<Next<RETIRES>>(&world).await;

    assert!(all.iter().all(|one| one.differences.is_empty()), "{all:?}");
}

/// The refund is prepared anew when the operator asks for further attempts. Each of both series has three.
#[tokio::test]
async fn the_request_of_each_series_of_attempts_is_compared() {
    let (world, services) = (World::new(), Services::default());
    services.set("take-payment", Some(Manner::Fails));
    services.set("refund", Some(Manner::Fails));
    let running = world.run(&services).await;
    world.place(1).await;
    assert!(matches!(world.end(1).await, Outcome::RequiresIntervention { .. }));
    world.sagas.retry::<Fulfilment>(&1, seen("take-payment", 3)).await.unwrap();
    services.called("refund", 6).await;
    running.stop().await;

    let [one] = &rehearsed::<Next<FEE>>(&world).await[..] else { panic!("one was placed") };

    let differences: Vec<_> = one.differences.iter().map(ToString::to_string).collect();
    let [first, anew] = &differences[..] else { panic!("{differences:?}") };
    assert!(first.ends_with(r#"now asks for `refund` {"payment":null,"cents":490}"#), "{first}");
    assert!(anew.ends_with(r#"now asks for `refund` {"payment":null,"cents":490}"#), "{anew}");
}

/// A saga whose name is none.
#[derive(Clone, Debug, Default, PartialEq)]
struct Nameless;

impl Saga for Nameless {
    const NAME: &'static str = "no name";
    type Id = u32;
    type Start = Starts;

    fn id(_: &Starts) -> u32 {
        1
    }

    fn definition() -> Definition<Self> {
        Definition::new(1, Duration::from_secs(60))
            .start::<OrderPlaced>()
            .step_without_compensation::<Confirm>("a mail is not unsent", StepPolicy::optional)
    }

    fn initial() -> Self {
        Self
    }

    fn start(&mut self, _: Starts) {}
}

impl Apply<()> for Nameless {
    fn apply(&mut self, (): ()) {}
}

impl Prepare<Confirm> for Nameless {
    fn prepare(&self) -> Confirm {
        Confirm {}
    }
}

#[tokio::test]
async fn a_saga_that_cannot_be_run_is_told() {
    let world = World::new();

    let rehearsed = world.sagas.rehearse::<Nameless>().try_collect::<Vec<_>>().await;

    assert!(matches!(rehearsed, Err(RehearsalError::Name(_))), "{rehearsed:?}");
}
