//! Stories of a saga, and all its runs with up to two faults.

use std::time::Duration;

use es_core::MemoryStore;
use es_core::prelude::*;
use es_core::process::Prepare;
use es_testing::every_failure;
use es_testing::prelude::*;
use es_testing::saga::{Run, check_every_failure};
use futures_util::FutureExt;

use crate::fulfilment::*;

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn reserve() -> ReserveLamp {
    ReserveLamp { lamp: "brass".into() }
}

fn give_back() -> GiveBack {
    GiveBack { lamp: "brass".into() }
}

fn refund(payment: Option<u64>) -> Refund {
    Refund { payment, cents: 500 }
}

#[test]
fn an_order_is_paid_reserved_shipped_and_confirmed() {
    Fulfilment::started_by(placed())
        .then_asks(TakePayment { cents: 500 })
        .does::<TakePayment>(PaymentTaken { payment: 7 })
        .then_asks(reserve())
        .does::<ReserveLamp>(())
        .does::<CreateShipment>(())
        .does::<Confirm>(())
        .then_completed()
        .then_state(Fulfilment { order: 17, cents: 500, payment: Some(7) });
}

#[test]
fn without_a_lamp_the_money_goes_back() {
    Fulfilment::started_by(placed())
        .does::<TakePayment>(PaymentTaken { payment: 7 })
        .refuses::<ReserveLamp>("none left")
        .compensates(refund(Some(7)))
        .compensates(CancelPlaced { order: 17 })
        .then_undone("none left");
}

#[test]
fn a_payment_that_hangs_is_asked_for_three_times_and_paid_back() {
    Fulfilment::started_by(placed())
        .hangs::<TakePayment>()
        .then_waits(seconds(1))
        .hangs::<TakePayment>()
        .then_waits(seconds(2))
        .hangs::<TakePayment>()
        .compensates(refund(None))
        .compensates(CancelPlaced { order: 17 })
        .then_undone("timed out");
}

/// Nobody knows whether the attempt before the crash had an effect.
#[test]
fn a_refusal_after_a_crash_is_compensated() {
    Fulfilment::started_by(placed())
        .crashes_during::<TakePayment>()
        .refuses::<TakePayment>("declined")
        .compensates(refund(None))
        .compensates(CancelPlaced { order: 17 })
        .then_undone("declined");
}

#[test]
fn time_that_passes_ends_attempts_and_waits() {
    Fulfilment::started_by(placed())
        .after(seconds(10))
        .then_waits(seconds(1))
        .after(seconds(10))
        .then_waits(seconds(2))
        .after(seconds(2 * 3600))
        .then_requires_intervention("take-payment");
}

#[test]
fn a_cancel_takes_back_what_was_done() {
    Fulfilment::started_by(placed())
        .does::<TakePayment>(PaymentTaken { payment: 7 })
        .cancel("changed my mind")
        .does::<ReserveLamp>(())
        .compensates(give_back())
        .compensates(refund(Some(7)))
        .compensates(CancelPlaced { order: 17 })
        .then_undone("changed my mind");
}

#[test]
fn a_person_takes_back_what_no_service_does() {
    Fulfilment::started_by(placed())
        .does::<TakePayment>(PaymentTaken { payment: 7 })
        .refuses::<ReserveLamp>("none left")
        .fails::<Refund>("the bank is closed")
        .then_waits(seconds(1))
        .fails::<Refund>("the bank is closed")
        .then_requires_intervention("take-payment")
        .retry("it has opened")
        .fails::<Refund>("it has not")
        .fails::<Refund>("it has not")
        .mark_compensated("paid in cash")
        .compensates(CancelPlaced { order: 17 })
        .then_undone("none left");
}

#[test]
fn a_step_is_skipped() {
    Fulfilment::started_by(placed())
        .does::<TakePayment>(PaymentTaken { payment: 7 })
        .does::<ReserveLamp>(())
        .fails::<CreateShipment>("the depot is closed")
        .skip::<CreateShipment>("picked up in person")
        .hangs::<Confirm>()
        .fails::<Confirm>("no mail today")
        .fails::<Confirm>("no mail today")
        .then_completed();
}

#[test]
#[should_panic(expected = "this scenario asserts nothing: end it with a `then`")]
fn a_story_that_ends_without_a_then_panics() {
    drop(
        Fulfilment::started_by(placed())
            .then_asks(TakePayment { cents: 500 })
            .refuses::<TakePayment>("declined"),
    );
}

#[test]
#[should_panic(expected = "this scenario asserts nothing: end it with a `then`")]
fn a_story_that_ends_with_time_that_passes_panics() {
    drop(Fulfilment::started_by(placed()).then_asks(TakePayment { cents: 500 }).after(seconds(1)));
}

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "lesson-booked")]
struct LessonBooked {
    #[event(tag)]
    lesson: u32,
    #[serde(skip)]
    room: u32,
}

/// Keeps what is not stored of its start.
#[derive(Saga, Clone, Debug, Default, PartialEq)]
#[saga(
    name = "booking", id = u32, by = "lesson", starts(LessonBooked), deadline = "1h",
    steps(Confirm(no_compensation = "a mail is not unsent")),
)]
struct Booking {
    room: u32,
}

impl Apply<LessonBooked> for Booking {
    fn apply(&mut self, booked: LessonBooked) {
        self.room = booked.room;
    }
}

impl Prepare<Confirm> for Booking {
    fn prepare(&self) -> Confirm {
        Confirm { order: self.room }
    }
}

/// A node that reads the instance has the start as it was stored.
#[test]
#[should_panic(
    expected = "event `lesson-booked` is another once it is stored: `room` is 2, read as 0"
)]
fn what_is_not_stored_of_a_start_is_lost() {
    Booking::started_by(LessonBooked { lesson: 1, room: 2 }).does::<Confirm>(()).then_completed();
}

fn is_reserved(store: &MemoryStore) -> bool {
    let lamps = Repository::<Lamp, _>::new(store.clone());
    let lamp = lamps.load(&"brass".to_owned()).now_or_never().unwrap().unwrap();
    lamp.state != Lamp::default()
}

/// What has to hold: all is there, or nothing, or a person is asked.
fn is_whole(run: &Run<Fulfilment, Desk>) -> bool {
    let kept = run.services().kept() + usize::from(is_reserved(run.store()));
    let all = run.is_completed() && kept == 3;
    let nothing = run.is_undone() && kept == 0;
    all || nothing || run.requires_intervention()
}

every_failure! {
    /// Nothing is kept that was not delivered, and what was delivered is all there.
    nothing_is_kept_that_was_not_delivered, saga = Fulfilment, started_by = placed(),
    services = Desk::default(), faults = 2, holds = is_whole,
}

#[test]
fn the_number_of_runs_is_told() {
    let start = || placed().into();
    let runs = [0, 1, 2].map(|faults| check_every_failure(start, Desk::default, faults, is_whole));

    assert_eq!(runs, [1, 29, 485]);
}

/// What a saga cannot do without: services that refuse what they have taken back.
#[test]
#[should_panic(expected = "what has to hold is false of a run with 2 faults")]
fn a_service_that_forgets_what_it_has_taken_back_is_found() {
    check_every_failure(|| placed().into(), Desk::forgetful, 3, is_whole);
}
