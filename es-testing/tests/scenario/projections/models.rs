//! What models in memory say.

use std::collections::BTreeMap;

use es_testing::prelude::*;
use expect_test::expect_file;

use super::balances::{Accounts, Balances, LatestDeposit, deposited, opened};
use super::check;

fn accounts<const N: usize>(accounts: [(&str, i64); N]) -> Accounts {
    let cents = accounts.map(|(account, cents)| (account.to_owned(), cents));
    Accounts { cents: BTreeMap::from(cents) }
}

#[test]
fn deposits_are_added_up_per_account() {
    Balances::given_in("account/ada", (opened("ada"), deposited(100), deposited(30)))
        .given_in("account/bob", opened("bob"))
        .given_in("account/ada", deposited(1))
        .then_model(accounts([("ada", 131), ("bob", 0)]));
}

#[test]
fn a_model_can_be_looked_at() {
    Balances::given((opened("ada"), deposited(100)))
        .then(|accounts: &Accounts| assert_eq!(accounts.cents["1"], 100));
}

#[test]
fn without_events_a_model_is_its_default() {
    Balances::given(()).then_model(Accounts::default());
}

#[test]
fn a_failing_handler_can_be_expected() {
    Balances::given_in("account/ada", deposited(1))
        .then_fails::<Accounts>("there is no account ada");
}

#[test]
#[should_panic(expected = "this scenario asserts nothing")]
fn a_scenario_without_a_then_is_none() {
    drop(Balances::given(opened("ada")));
}

#[test]
#[should_panic(expected = "`account:ada` is not a stream like `account/ada`")]
fn a_stream_has_a_category_and_a_key() {
    let _ = LatestDeposit::given_in("account:ada", deposited(1));
}

#[test]
fn another_model() {
    check(
        "another_model",
        || {
            Balances::given_in("account/ada", (opened("ada"), deposited(100)))
                .given_in("account/bob", (opened("bob"), deposited(5)))
                .then_model(accounts([("ada", 100), ("bob", 6)]));
        },
        &expect_file!["another_model.txt"],
    );
}

#[test]
fn a_handler_that_fails() {
    check(
        "a_handler_that_fails",
        || {
            Balances::given_in("account/ada", (opened("ada"), deposited(100)))
                .given_in("account/bob", deposited(5))
                .then_model(accounts([("ada", 100), ("bob", 5)]));
        },
        &expect_file!["a_handler_that_fails.txt"],
    );
}

#[test]
fn a_failure_that_does_not_come() {
    check(
        "a_failure_that_does_not_come",
        || {
            Balances::given_in("account/ada", (opened("ada"), deposited(100)))
                .then_fails::<Accounts>("there is no account ada");
        },
        &expect_file!["a_failure_that_does_not_come.txt"],
    );
}

#[test]
fn another_failure() {
    check(
        "another_failure",
        || Balances::given_in("account/ada", deposited(1)).then_fails::<Accounts>("it is closed"),
        &expect_file!["another_failure.txt"],
    );
}
