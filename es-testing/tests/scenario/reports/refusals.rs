//! Refusals where there should be none, others, or none where there should be one.

use es_testing::prelude::*;
use expect_test::expect_file;

use super::{a_thousand, check, left, withdrawn};
use crate::fixture::*;

#[test]
fn rejected_instead_of_events() {
    check(
        "a_withdrawal_beyond_the_balance",
        || {
            Account::given(opened()).when(withdraw(5)).then(withdrawn(5, -5));
        },
        &expect_file!["rejected_instead_of_events.txt"],
    );
}

#[test]
fn rejected_instead_of_nothing() {
    check(
        "a_withdrawal_of_nothing",
        || {
            Account::given(opened()).when(withdraw(5)).then_nothing();
        },
        &expect_file!["rejected_instead_of_nothing.txt"],
    );
}

#[test]
fn events_instead_of_a_rejection() {
    check(
        "an_overdraft_is_refused",
        || {
            Account::given(a_thousand())
                .when(withdraw(300))
                .then_rejected(AccountError::InsufficientFunds { missing: 5 });
        },
        &expect_file!["events_instead_of_a_rejection.txt"],
    );
}

#[test]
fn another_rejection_after_commands_that_were_accepted() {
    check(
        "saving_first_and_then_spending_too_much",
        || {
            Account::given(opened())
                .when(deposit(5))
                .when(withdraw(6))
                .then_rejected(AccountError::InsufficientFunds { missing: 2 });
        },
        &expect_file!["another_rejection_after_commands_that_were_accepted.txt"],
    );
}

#[test]
fn another_rejection() {
    check(
        "an_overdraft_names_what_is_missing",
        || {
            Account::given(opened())
                .when(withdraw(5))
                .then_rejected(AccountError::InsufficientFunds { missing: 6 });
        },
        &expect_file!["another_rejection.txt"],
    );
}

#[test]
fn another_state_after_a_rejection() {
    check(
        "a_rejection_costs_a_cent",
        || {
            Account::given(opened())
                .when(withdraw(5))
                .then_rejected(AccountError::InsufficientFunds { missing: 5 })
                .and_state(left(-1));
        },
        &expect_file!["another_state_after_a_rejection.txt"],
    );
}

#[test]
fn rejected_instead_of_a_state() {
    check(
        "a_withdrawal_leaves_a_debt",
        || {
            Account::given(opened()).when(withdraw(5)).then_state(left(-5));
        },
        &expect_file!["rejected_instead_of_a_state.txt"],
    );
}

#[test]
fn a_chain_rejected_midway() {
    check(
        "saving_then_spending_too_much_then_saving",
        || {
            Account::given(opened()).when(deposit(5)).when(withdraw(6)).when(deposit(7)).then((
                deposited(5),
                withdrawn(6, -1),
                deposited(7),
            ));
        },
        &expect_file!["a_chain_rejected_midway.txt"],
    );
}

#[test]
fn a_chain_accepted() {
    check(
        "one_of_two_commands_is_refused",
        || {
            Account::given(opened())
                .when(deposit(5))
                .when(deposit(6))
                .then_rejected(AccountError::Closed);
        },
        &expect_file!["a_chain_accepted.txt"],
    );
}

#[test]
fn not_found_instead_of_events() {
    check(
        "a_deposit_opens_the_account",
        || {
            Account::given(()).when(deposit(1)).then(deposited(1));
        },
        &expect_file!["not_found_instead_of_events.txt"],
    );
}

#[test]
fn already_exists_instead_of_a_rejection() {
    check(
        "a_closed_account_is_not_opened",
        || {
            Account::given(opened()).when(open()).then_rejected(AccountError::Closed);
        },
        &expect_file!["already_exists_instead_of_a_rejection.txt"],
    );
}

#[test]
fn accepted_instead_of_not_found() {
    check(
        "a_deposit_needs_an_account",
        || {
            Account::given(opened()).when(deposit(1)).then_not_found();
        },
        &expect_file!["accepted_instead_of_not_found.txt"],
    );
}
