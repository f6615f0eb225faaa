//! Events and states that are not the expected ones.

use es_testing::prelude::*;
use expect_test::expect_file;

use super::{a_thousand, check, left, withdrawn};
use crate::fixture::*;

#[test]
fn unexpected_different_and_missing() {
    check(
        "withdrawing_more_than_the_fee_allows",
        || {
            Account::given(a_thousand())
                .when(withdraw(300))
                .then((withdrawn(300, 700), deposited(1)));
        },
        &expect_file!["unexpected_different_and_missing.txt"],
    );
}

#[test]
fn unexpected() {
    check(
        "a_fee_nobody_knew_of",
        || {
            Account::given(a_thousand()).when(withdraw(300)).then(withdrawn(300, 695));
        },
        &expect_file!["unexpected.txt"],
    );
}

#[test]
fn missing() {
    check(
        "a_fee_that_is_not_charged",
        || {
            Account::given(a_thousand())
                .when(withdraw(200))
                .then((FeeCharged { cents: 5 }, withdrawn(200, 800)));
        },
        &expect_file!["missing.txt"],
    );
}

#[test]
fn different() {
    check(
        "two_fields_differ",
        || {
            Account::given(a_thousand()).when(withdraw(200)).then(withdrawn(100, 900));
        },
        &expect_file!["different.txt"],
    );
}

#[test]
fn reordered() {
    check(
        "the_fee_comes_last",
        || {
            Account::given(a_thousand())
                .when(withdraw(300))
                .then((withdrawn(300, 695), FeeCharged { cents: 5 }));
        },
        &expect_file!["reordered.txt"],
    );
}

#[test]
fn something_instead_of_nothing() {
    check(
        "a_deposit_is_ignored",
        || {
            Account::given(opened()).when(deposit(1)).then_nothing();
        },
        &expect_file!["something_instead_of_nothing.txt"],
    );
}

#[test]
fn nothing_instead_of_something() {
    check(
        "a_deposit_of_zero_is_an_event",
        || {
            Account::given(opened()).when(deposit(0)).then(deposited(0));
        },
        &expect_file!["nothing_instead_of_something.txt"],
    );
}

#[test]
fn another_state() {
    check(
        "a_deposit_leaves_the_sum",
        || {
            Account::given(a_thousand()).when(deposit(1)).then_state(left(1002));
        },
        &expect_file!["another_state.txt"],
    );
}

#[test]
fn a_long_past() {
    check(
        "after_many_deposits",
        || {
            let deposits: Vec<_> = (1..=17).map(deposited).collect();
            Account::given((opened(), deposits)).when(deposit(18)).then(deposited(19));
        },
        &expect_file!["a_long_past.txt"],
    );
}

#[test]
fn in_any_order() {
    check(
        "a_withdrawal_and_its_fee",
        || {
            Account::given(a_thousand()).when(withdraw(300)).then_in_any_order((
                withdrawn(300, 700),
                FeeCharged { cents: 5 },
                deposited(1),
            ));
        },
        &expect_file!["in_any_order.txt"],
    );
}

#[test]
fn more_events_than_a_tuple_holds() {
    check(
        "saving_nine_times",
        || {
            Account::given(()).when(save(9)).then(());
        },
        &expect_file!["more_events_than_a_tuple_holds.txt"],
    );
}

#[test]
fn what_a_report_offers_to_accept_is_accepted() {
    Account::given(()).when(save(9)).then(vec![
        AccountEvent::from(Deposited { cents: 1 }),
        AccountEvent::from(Deposited { cents: 1 }),
        AccountEvent::from(Deposited { cents: 1 }),
        AccountEvent::from(Deposited { cents: 1 }),
        AccountEvent::from(Deposited { cents: 1 }),
        AccountEvent::from(Deposited { cents: 1 }),
        AccountEvent::from(Deposited { cents: 1 }),
        AccountEvent::from(Deposited { cents: 1 }),
        AccountEvent::from(Deposited { cents: 1 }),
    ]);
    Account::given(()).when(open()).then(Opened { owner: "ada".into(), overdraft: 0 });
}
