//! Reports of stories of sagas, and of runs with faults.

use std::time::Duration;

use es_testing::prelude::*;
use es_testing::saga::check_every_failure;
use expect_test::expect_file;

use super::check;
use crate::fulfilment::*;

#[test]
fn another_request() {
    check(
        "without_a_lamp_the_money_goes_back",
        || {
            Fulfilment::started_by(placed())
                .hangs::<TakePayment>()
                .does::<TakePayment>(PaymentTaken { payment: 7 })
                .does::<ReserveLamp>(())
                .refuses::<CreateShipment>("no such street")
                .compensates(Refund { payment: Some(7), cents: 500 })
                .then_undone("no such street");
        },
        &expect_file!["another_request_of_a_saga.txt"],
    );
}

#[test]
fn other_fields() {
    check(
        "the_money_goes_back",
        || {
            Fulfilment::started_by(placed())
                .does::<TakePayment>(PaymentTaken { payment: 7 })
                .refuses::<ReserveLamp>("none left")
                .compensates(Refund { payment: None, cents: 500 })
                .then_undone("none left");
        },
        &expect_file!["other_fields_of_a_request.txt"],
    );
}

#[test]
fn another_end() {
    check(
        "a_declined_payment_is_the_end",
        || {
            Fulfilment::started_by(placed())
                .refuses::<TakePayment>("declined")
                .compensates(CancelPlaced { order: 17 })
                .then_completed();
        },
        &expect_file!["another_end_of_a_saga.txt"],
    );
}

#[test]
fn another_wait() {
    check(
        "a_payment_is_asked_for_again",
        || {
            Fulfilment::started_by(placed())
                .fails::<TakePayment>("no connection")
                .then_waits(Duration::from_secs(2));
        },
        &expect_file!["another_wait_of_a_saga.txt"],
    );
}

#[test]
fn an_act_that_changes_nothing() {
    check(
        "a_payment_is_not_skipped",
        || {
            Fulfilment::started_by(placed()).skip::<TakePayment>("a friend").then_completed();
        },
        &expect_file!["an_act_that_changes_nothing.txt"],
    );
}

#[test]
fn a_run_that_leaves_something_behind() {
    check(
        "nothing_is_kept",
        || {
            let kept = |run: &es_testing::saga::Run<Fulfilment, Desk>| run.services().kept() == 0;
            check_every_failure(
                || placed().into(),
                Desk::default,
                3,
                |run| run.is_completed() || kept(run),
            );
        },
        &expect_file!["a_run_that_leaves_something_behind.txt"],
    );
}
