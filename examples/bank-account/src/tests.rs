use es_testing::prelude::*;

use crate::account::{
    Account, AccountError, AccountEvent, Deposit, Deposited, Open, Opened, Withdraw, Withdrawn,
};

es_testing::laws!(
    Account,
    commands = [
        || Open { account: "ada".into() },
        |cents| Deposit { account: "ada".into(), cents },
        withdraw,
    ],
);

es_testing::catalog!("catalog", Account { commands: [Open, Deposit, Withdraw] });

#[test]
fn what_is_released_stays_as_it_is() {
    es_testing::events_lock!(AccountEvent);
}

#[test]
fn what_was_stored_is_read_for_ever() {
    es_testing::golden!(AccountEvent, [Opened, Deposited { cents: 100 }, Withdrawn { cents: 30 }]);
}

fn withdraw(cents: u32) -> Withdraw {
    let account = "ada".into();
    Withdraw { account, cents }
}

#[test]
fn an_account_is_opened_once() {
    Account::given(Opened).when(Open { account: "ada".into() }).then_already_exists();
}

#[test]
fn money_can_be_withdrawn_to_the_last_cent() {
    Account::given((Opened, Deposited { cents: 100 }))
        .when(withdraw(100))
        .then(Withdrawn { cents: 100 });
}

#[test]
fn an_overdraft_is_refused() {
    Account::given((Opened, Deposited { cents: 100 }))
        .when(withdraw(300))
        .then_rejected(AccountError::InsufficientFunds { missing: 200 });
}

#[test]
fn nobody_withdraws_where_no_account_is() {
    Account::given(()).when(withdraw(1)).then_not_found();
}
