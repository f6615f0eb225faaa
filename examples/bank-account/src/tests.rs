use es_testing::prelude::*;

use crate::account::{
    Account, AccountError, AccountEvent, Channel, Deposit, Deposited, Open, Opened, Withdraw,
    Withdrawn,
};

es_testing::laws!(
    Account,
    commands = [
        open,
        |cents| Deposit { account: "ada".into(), cents, channel: Channel::Machine },
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
    es_testing::golden!(AccountEvent, [opened(), deposited(100), Withdrawn { cents: 30, fee: 2 }]);
}

fn open(owner: String) -> Open {
    Open { account: "ada".into(), owner }
}

fn withdraw(cents: u32, channel: Channel) -> Withdraw {
    Withdraw { account: "ada".into(), cents, channel }
}

fn opened() -> Opened {
    Opened { owner: Some("Ada".into()) }
}

fn deposited(cents: u32) -> Deposited {
    Deposited { cents, channel: Channel::Machine }
}

#[test]
fn an_account_is_opened_once() {
    Account::given(opened()).when(open("Ada".into())).then_already_exists();
}

#[test]
fn money_can_be_withdrawn_to_the_last_cent() {
    Account::given((opened(), deposited(100)))
        .when(withdraw(100, Channel::Branch))
        .then(Withdrawn { cents: 100, fee: 0 });
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

#[test]
fn a_machine_takes_a_fee() {
    Account::given((opened(), deposited(100)))
        .when(withdraw(30, Channel::Machine))
        .then(Withdrawn { cents: 30, fee: 2 })
        .and_state(Account { owner: Some("Ada".into()), cents: 68 });
}
