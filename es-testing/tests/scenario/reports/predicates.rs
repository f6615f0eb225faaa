//! Closures on what happened, and floats that are near.

use es_testing::prelude::*;
use expect_test::expect_file;

use super::check;
use crate::fixture::*;

#[test]
fn events_of_which_a_closure_is_false() {
    check(
        "a_withdrawal_costs_two_fees",
        || {
            Account::given((opened(), deposited(1000))).when(withdraw(300)).then_that(|events| {
                events.iter().filter(|e| matches!(e, AccountEvent::FeeCharged(_))).count() == 2
            });
        },
        &expect_file!["events_of_which_a_closure_is_false.txt"],
    );
}

#[test]
fn a_rejection_instead_of_events_for_a_closure() {
    check(
        "a_withdrawal_beyond_the_balance",
        || {
            Account::given(opened()).when(withdraw(5)).then_that(|events| events.len() == 1);
        },
        &expect_file!["a_rejection_instead_of_events_for_a_closure.txt"],
    );
}

#[test]
fn a_rejection_of_which_a_closure_is_false() {
    check(
        "more_than_a_euro_is_missing",
        || {
            Account::given(opened()).when(withdraw(5)).then_rejected_with(|error| {
                matches!(error, AccountError::InsufficientFunds { missing } if *missing > 100)
            });
        },
        &expect_file!["a_rejection_of_which_a_closure_is_false.txt"],
    );
}

#[test]
fn events_instead_of_a_rejection_for_a_closure() {
    check(
        "a_deposit_is_refused",
        || {
            Account::given(opened()).when(deposit(5)).then_rejected_with(|_| true);
        },
        &expect_file!["events_instead_of_a_rejection_for_a_closure.txt"],
    );
}

#[test]
fn what_holds_passes() {
    Account::given((opened(), deposited(1000)))
        .when(withdraw(300))
        .then_that(|events| events.len() == 2);
    Account::given(opened())
        .when(withdraw(5))
        .then_rejected_with(|error| matches!(error, AccountError::InsufficientFunds { .. }));
}

fn a_third() -> SetInterest {
    SetInterest { account: "ada".into(), rate: 0.1 + 0.2 }
}

#[test]
fn a_float_beyond_the_tolerance() {
    check(
        "a_rate_is_nearly_a_third",
        || {
            Account::given(opened())
                .when(a_third())
                .then_within(1e-9, InterestSet { rate: 0.300_000_1 });
        },
        &expect_file!["a_float_beyond_the_tolerance.txt"],
    );
}

#[test]
fn a_float_within_the_tolerance() {
    Account::given(opened()).when(a_third()).then_within(1e-9, InterestSet { rate: 0.3 });
}

#[test]
fn integers_have_no_tolerance() {
    check(
        "a_cent_is_a_cent",
        || {
            Account::given(opened()).when(deposit(5)).then_within(2.0, deposited(6));
        },
        &expect_file!["integers_have_no_tolerance.txt"],
    );
}
