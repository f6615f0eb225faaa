//! Scenarios that hold, and scenarios that are no scenarios.

use std::panic::{AssertUnwindSafe, catch_unwind};

use es_testing::prelude::*;

use crate::fixture::*;

#[test]
fn what_follows_from_a_command_is_asserted_as_a_tuple() {
    Account::given((opened(), deposited(1000)))
        .when(withdraw(300))
        .then((FeeCharged { cents: 5 }, Withdrawn { cents: 300, balance: 695 }));
}

#[test]
fn the_past_may_be_nothing_an_event_an_array_a_list_or_the_enum() {
    Account::given(()).when(open()).then(opened());
    Account::given(opened()).when(deposit(1)).then(deposited(1));
    Account::given([AccountEvent::from(opened())]).when(deposit(1)).then([deposited(1)]);
    Account::given(vec![AccountEvent::from(opened())])
        .when(deposit(1))
        .then(vec![AccountEvent::from(deposited(1))]);
    Account::given(AccountEvent::from(opened()))
        .when(deposit(1))
        .then(AccountEvent::from(deposited(1)));
}

#[test]
fn a_command_that_changes_nothing_is_followed_by_nothing() {
    Account::given(opened()).when(deposit(0)).then_nothing();
}

#[test]
fn an_overdraft_is_rejected_and_the_state_stays() {
    Account::given((opened(), deposited(100)))
        .when(withdraw(200))
        .then_rejected(AccountError::InsufficientFunds { missing: 100 })
        .and_state(Account { cents: 100, overdraft: 0, open: true });
}

#[test]
fn a_command_that_needs_an_account_finds_none() {
    Account::given(()).when(deposit(1)).then_not_found();
}

#[test]
fn an_account_is_opened_once() {
    Account::given(opened()).when(open()).then_already_exists();
}

#[test]
fn each_command_of_a_chain_sees_what_the_one_before_caused() {
    Account::given(())
        .when(open())
        .when(deposit(20))
        .when(withdraw(15))
        .then((opened(), deposited(20), Withdrawn { cents: 15, balance: 5 }))
        .and_state(Account { cents: 5, overdraft: 0, open: true });
}

#[test]
fn a_chain_ends_with_its_first_rejection() {
    Account::given(opened())
        .when(deposit(5))
        .when(withdraw(6))
        .when(deposit(7))
        .then_rejected(AccountError::InsufficientFunds { missing: 1 })
        .and_state(Account { cents: 5, overdraft: 0, open: true });
}

#[test]
fn the_order_of_events_may_be_left_open() {
    Account::given((opened(), deposited(1000)))
        .when(withdraw(300))
        .then_in_any_order((Withdrawn { cents: 300, balance: 695 }, FeeCharged { cents: 5 }));
}

#[test]
fn a_state_is_asserted_without_its_events() {
    Account::given(opened()).when(deposit(7)).then_state(Account {
        cents: 7,
        overdraft: 0,
        open: true,
    });
}

#[test]
#[should_panic(
    expected = "`Deposit` is for `account/bob`, but this scenario is about `account/ada`: \
                a scenario follows one aggregate"
)]
fn a_chain_keeps_to_one_aggregate() {
    let to_bob = Deposit { account: "bob".into(), cents: 1 };
    let _ = Account::given(opened()).when(deposit(1)).when(to_bob);
}

#[test]
#[should_panic(expected = "`Deposit` names no stream: the stream key \"\" is empty")]
fn an_id_that_is_no_stream_key_is_named() {
    let to_nobody = Deposit { account: String::new(), cents: 1 };
    let _ = Account::given(opened()).when(to_nobody);
}

#[test]
#[should_panic(expected = "this scenario asserts nothing: end it with a `then` (")]
fn a_scenario_without_a_command_is_called_out() {
    let _ = Account::given(opened());
}

#[test]
#[should_panic(expected = "this scenario asserts nothing: end it with a `then` (")]
fn a_scenario_without_an_assertion_is_called_out() {
    let _ = Account::given(opened()).when(deposit(1));
}

#[test]
fn an_unfinished_scenario_keeps_silent_while_another_panic_unwinds() {
    let panic = catch_unwind(AssertUnwindSafe(|| {
        let _unfinished = Account::given(opened()).when(deposit(1));
        panic!("the first panic");
    }))
    .unwrap_err();

    assert_eq!(panic.downcast_ref::<&str>(), Some(&"the first panic"));
}
