mod releases;

use es_testing::prelude::*;

use crate::account::{
    Account, AccountError, AccountEvent, Channel, Deposit, Deposited, FeeCharged, Open, Opened,
    PaidOut, Withdraw,
};

es_testing::laws!(
    Account,
    commands = [
        open,
        deposit,
        |cents| withdraw(cents, Channel::Branch),
        |cents| withdraw(cents, Channel::Machine),
    ],
);

es_testing::catalog!("catalog", Account { commands: [Open, Deposit, Withdraw] });

#[test]
fn what_is_released_stays_as_it_is() {
    es_testing::events_lock!(AccountEvent);
}

#[test]
fn what_was_stored_is_read_for_ever() {
    es_testing::golden!(AccountEvent, [opened(), deposited(100), paid_out(30), fee_charged(2)]);
}

fn open(owner: String) -> Open {
    Open { account: "ada".into(), owner }
}

fn deposit(cents: u32) -> Deposit {
    Deposit { account: "ada".into(), amount: cents.into(), channel: Channel::Machine }
}

fn withdraw(cents: u32, channel: Channel) -> Withdraw {
    Withdraw { account: "ada".into(), amount: cents.into(), channel }
}

fn opened() -> Opened {
    Opened { owner: Some("Ada".into()) }
}

fn deposited(cents: u32) -> Deposited {
    Deposited { amount: cents.into(), channel: Channel::Machine }
}

fn paid_out(cents: u32) -> PaidOut {
    PaidOut { amount: cents.into() }
}

fn fee_charged(cents: u32) -> FeeCharged {
    FeeCharged { amount: cents.into() }
}

#[test]
fn an_account_is_opened_once() {
    Account::given(opened()).when(open("Ada".into())).then_already_exists();
}

#[test]
fn money_can_be_withdrawn_to_the_last_cent() {
    Account::given((opened(), deposited(100)))
        .when(withdraw(100, Channel::Branch))
        .then(paid_out(100));
}

#[test]
fn a_machine_takes_a_fee() {
    Account::given((opened(), deposited(100)))
        .when(withdraw(30, Channel::Machine))
        .then((paid_out(30), fee_charged(2)))
        .and_state(Account { owner: Some("Ada".into()), cents: 68 });
}

#[test]
fn an_overdraft_is_refused() {
    Account::given((opened(), deposited(100)))
        .when(withdraw(300, Channel::Branch))
        .then_rejected(AccountError::InsufficientFunds { missing: 200 });
}

#[test]
fn nobody_withdraws_where_no_account_is() {
    Account::given(()).when(withdraw(1, Channel::Branch)).then_not_found();
}
