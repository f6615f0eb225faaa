//! What a failing scenario prints. Bless with `UPDATE_EXPECT=1`.

mod fixture;

use std::panic::AssertUnwindSafe;
use std::thread;

use es_testing::prelude::*;
use expect_test::{ExpectFile, expect_file};
use fixture::*;

/// The report of `scenario`, run as a test called `name`, without line numbers and colours.
fn check(name: &str, scenario: impl FnOnce() + Send + 'static, report: &ExpectFile) {
    let named = thread::Builder::new().name(format!("reports::{name}"));
    let panic = named
        .spawn(AssertUnwindSafe(scenario))
        .expect("a thread starts")
        .join()
        .expect_err("the scenario fails");
    let text = panic.downcast::<String>().expect("a report is text");
    report.assert_eq(&format!("{}\n", without_line(&without_colour(&text))));
}

fn without_colour(text: &str) -> String {
    let mut parts = text.split("\x1b[");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| text + part.split_once('m').map_or(part, |(_, rest)| rest))
}

fn without_line(text: &str) -> String {
    let file = "tests/reports.rs:";
    let (before, after) = text.split_once(file).expect("the report names its place");
    let after = after.trim_start_matches(|digit: char| digit.is_ascii_digit());
    let (headline, _) = before.rsplit_once("      ").expect("six spaces before");
    format!("{headline}      {file}LINE{after}")
}

fn a_thousand() -> (Opened, Deposited) {
    (opened(), deposited(1000))
}

fn withdrawn(cents: i64, balance: i64) -> Withdrawn {
    Withdrawn { cents, balance }
}

fn left(cents: i64) -> Account {
    Account { cents, overdraft: 0, open: true }
}

#[test]
fn unexpected_different_and_missing() {
    check(
        "withdrawing_more_than_the_fee_allows",
        || {
            Account::given(a_thousand())
                .when(withdraw(300))
                .then((withdrawn(300, 700), deposited(1)));
        },
        &expect_file!["reports/unexpected_different_and_missing.txt"],
    );
}

#[test]
fn unexpected() {
    check(
        "a_fee_nobody_knew_of",
        || {
            Account::given(a_thousand()).when(withdraw(300)).then(withdrawn(300, 695));
        },
        &expect_file!["reports/unexpected.txt"],
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
        &expect_file!["reports/missing.txt"],
    );
}

#[test]
fn different() {
    check(
        "two_fields_differ",
        || {
            Account::given(a_thousand()).when(withdraw(200)).then(withdrawn(100, 900));
        },
        &expect_file!["reports/different.txt"],
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
        &expect_file!["reports/reordered.txt"],
    );
}

#[test]
fn rejected_instead_of_events() {
    check(
        "a_withdrawal_beyond_the_balance",
        || {
            Account::given(opened()).when(withdraw(5)).then(withdrawn(5, -5));
        },
        &expect_file!["reports/rejected_instead_of_events.txt"],
    );
}

#[test]
fn rejected_instead_of_nothing() {
    check(
        "a_withdrawal_of_nothing",
        || {
            Account::given(opened()).when(withdraw(5)).then_nothing();
        },
        &expect_file!["reports/rejected_instead_of_nothing.txt"],
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
        &expect_file!["reports/events_instead_of_a_rejection.txt"],
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
        &expect_file!["reports/another_rejection.txt"],
    );
}

#[test]
fn something_instead_of_nothing() {
    check(
        "a_deposit_is_ignored",
        || {
            Account::given(opened()).when(deposit(1)).then_nothing();
        },
        &expect_file!["reports/something_instead_of_nothing.txt"],
    );
}

#[test]
fn nothing_instead_of_something() {
    check(
        "a_deposit_of_zero_is_an_event",
        || {
            Account::given(opened()).when(deposit(0)).then(deposited(0));
        },
        &expect_file!["reports/nothing_instead_of_something.txt"],
    );
}

#[test]
fn another_state() {
    check(
        "a_deposit_leaves_the_sum",
        || {
            Account::given(a_thousand()).when(deposit(1)).then_state(left(1002));
        },
        &expect_file!["reports/another_state.txt"],
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
        &expect_file!["reports/another_state_after_a_rejection.txt"],
    );
}

#[test]
fn rejected_instead_of_a_state() {
    check(
        "a_withdrawal_leaves_a_debt",
        || {
            Account::given(opened()).when(withdraw(5)).then_state(left(-5));
        },
        &expect_file!["reports/rejected_instead_of_a_state.txt"],
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
        &expect_file!["reports/a_chain_rejected_midway.txt"],
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
        &expect_file!["reports/a_chain_accepted.txt"],
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
        &expect_file!["reports/a_long_past.txt"],
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
        &expect_file!["reports/in_any_order.txt"],
    );
}

#[test]
fn not_found_instead_of_events() {
    check(
        "a_deposit_opens_the_account",
        || {
            Account::given(()).when(deposit(1)).then(deposited(1));
        },
        &expect_file!["reports/not_found_instead_of_events.txt"],
    );
}

#[test]
fn already_exists_instead_of_a_rejection() {
    check(
        "a_closed_account_is_not_opened",
        || {
            Account::given(opened()).when(open()).then_rejected(AccountError::Closed);
        },
        &expect_file!["reports/already_exists_instead_of_a_rejection.txt"],
    );
}

#[test]
fn accepted_instead_of_not_found() {
    check(
        "a_deposit_needs_an_account",
        || {
            Account::given(opened()).when(deposit(1)).then_not_found();
        },
        &expect_file!["reports/accepted_instead_of_not_found.txt"],
    );
}

#[test]
fn prints_alike() {
    check(
        "an_interest_that_is_no_number",
        || {
            let set = SetInterest { account: ada(), rate: f64::NAN };
            Account::given(opened()).when(set).then(InterestSet { rate: f64::NAN });
        },
        &expect_file!["reports/prints_alike.txt"],
    );
}

#[test]
fn more_events_than_a_tuple_holds() {
    check(
        "saving_nine_times",
        || {
            Account::given(()).when(save(9)).then(());
        },
        &expect_file!["reports/more_events_than_a_tuple_holds.txt"],
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
