//! Laws of models in memory.

use es_testing::prelude::*;
use expect_test::expect_file;

use super::balances::{Accounts, Balances, Latest, LatestDeposit, deposited, opened};
use super::check;

#[test]
fn balances_do_not_depend_on_who_makes_them() {
    Balances::given_in("account/ada", (opened("ada"), deposited(100)))
        .given_in("account/bob", (opened("bob"), deposited(5)))
        .given_in("account/ada", (deposited(30), deposited(1)))
        .given_in("account/eve", (opened("eve"), deposited(7)))
        .laws()
        .in_memory::<Accounts>();
}

#[test]
fn a_model_that_depends_on_the_nodes() {
    check(
        "a_model_that_depends_on_the_nodes",
        || {
            LatestDeposit::given_in("account/ada", (deposited(1), deposited(2)))
                .given_in("account/bob", (deposited(3), deposited(4)))
                .laws()
                .in_memory::<Latest>();
        },
        &expect_file!["a_model_that_depends_on_the_nodes.txt"],
    );
}

#[test]
fn a_model_that_counts_twice() {
    check(
        "a_model_that_counts_twice",
        || {
            Balances::given_in("account/ada", (opened("ada"), deposited(100)))
                .laws()
                .at_least_once()
                .in_memory::<Accounts>();
        },
        &expect_file!["a_model_that_counts_twice.txt"],
    );
}
