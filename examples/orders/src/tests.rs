//! The rules of the domain, one sentence each.

use es_testing::prelude::*;
use uuid::Uuid;

use crate::decisions::{Cancel, MOST_CENTS, Pay, Place, Refusal, Ship};
use crate::order::{Cancelled, Line, Method, Order, OrderEvent, Paid, Placed, Shipped, Status};

const ORDER: Uuid = Uuid::nil();

es_testing::laws!(
    Order,
    commands = [
        |sku: String, quantity: u8| place(vec![Line {
            sku,
            quantity: quantity.into(),
            unit_cents: 100
        }]),
        |hundreds: u8| pay(100 * u64::from(hundreds)),
        ship,
        cancel,
    ],
);

es_testing::catalog!("catalog", Order { commands: [Place, Pay, Ship, Cancel] });

#[test]
fn what_is_released_stays_as_it_is() {
    es_testing::events_lock!(OrderEvent);
}

fn line(quantity: u32, unit_cents: u32) -> Line {
    Line { sku: "tea".into(), quantity, unit_cents }
}

fn place(lines: Vec<Line>) -> Place {
    Place { order: ORDER, customer: "ada".into(), lines }
}

fn pay(cents: u64) -> Pay {
    Pay { order: ORDER, method: Method::Card, cents }
}

fn ship() -> Ship {
    Ship { order: ORDER, carrier: "post".into(), tracking: "t-1".into() }
}

fn cancel() -> Cancel {
    Cancel { order: ORDER, reason: "too late".into() }
}

/// Costs 700 cents.
fn placed() -> Placed {
    Placed { customer: "ada".into(), lines: vec![line(2, 300), line(1, 100)] }
}

fn paid() -> Paid {
    Paid { method: Method::Card, cents: 700 }
}

fn shipped() -> Shipped {
    Shipped { carrier: "post".into(), tracking: "t-1".into() }
}

fn cancelled() -> Cancelled {
    Cancelled { reason: "too late".into() }
}

#[test]
fn an_order_costs_what_its_lines_cost() {
    Order::given(())
        .when(place(vec![line(2, 300), line(1, 100)]))
        .then(placed())
        .and_state(Order { status: Status::Placed, cents: 700 });
}

#[test]
fn an_order_that_costs_nothing_is_refused() {
    Order::given(()).when(place(vec![])).then_rejected(Refusal::Nothing);
    Order::given(()).when(place(vec![line(0, 100), line(7, 0)])).then_rejected(Refusal::Nothing);
}

#[test]
fn an_order_of_more_than_a_million_is_refused() {
    let cents = MOST_CENTS + 1;

    Order::given(())
        .when(place(vec![line(1, 100_000_001)]))
        .then_rejected(Refusal::TooMuch { cents });
    Order::given(())
        .when(place(vec![line(u32::MAX, u32::MAX); 2]))
        .then_rejected(Refusal::TooMuch { cents: u64::MAX });
}

#[test]
fn an_order_is_placed_once() {
    Order::given(placed()).when(place(vec![line(1, 100)])).then_already_exists();
}

#[test]
fn an_order_is_paid_with_what_it_costs() {
    Order::given(placed()).when(pay(700)).then(paid());
    Order::given(placed())
        .when(pay(699))
        .then_rejected(Refusal::WrongAmount { due: 700, paid: 699 });
}

#[test]
fn an_order_is_paid_once() {
    Order::given((placed(), paid())).when(pay(700)).then_rejected(Refusal::Paid);
    Order::given((placed(), paid(), shipped())).when(pay(700)).then_rejected(Refusal::Shipped);
}

#[test]
fn only_what_is_paid_is_shipped_and_only_once() {
    Order::given(placed()).when(ship()).then_rejected(Refusal::NotPaid);
    Order::given((placed(), paid())).when(ship()).then(shipped());
    Order::given((placed(), paid(), shipped())).when(ship()).then_rejected(Refusal::Shipped);
}

#[test]
fn an_order_can_be_cancelled_until_it_is_shipped() {
    Order::given(placed()).when(cancel()).then(cancelled());
    Order::given((placed(), paid())).when(cancel()).then(cancelled());
    Order::given((placed(), paid(), shipped())).when(cancel()).then_rejected(Refusal::Shipped);
}

#[test]
fn nothing_happens_to_a_cancelled_order() {
    let given = || Order::given((placed(), cancelled()));

    given().when(pay(700)).then_rejected(Refusal::Cancelled);
    given().when(ship()).then_rejected(Refusal::Cancelled);
    given().when(cancel()).then_rejected(Refusal::Cancelled);
}

#[test]
fn nothing_is_asked_of_an_order_that_nobody_placed() {
    Order::given(()).when(pay(700)).then_not_found();
    Order::given(()).when(ship()).then_not_found();
    Order::given(()).when(cancel()).then_not_found();
}
