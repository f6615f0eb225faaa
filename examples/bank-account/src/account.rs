//! The domain: what can happen to an account, what one may ask of it, how it decides.

use es_core::prelude::*;

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "account-opened")]
pub struct Opened;

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "money-deposited")]
pub struct Deposited {
    pub cents: u32,
}

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "money-withdrawn")]
pub struct Withdrawn {
    pub cents: u32,
}

#[derive(Aggregate, Default, Clone, Debug, PartialEq)]
#[aggregate(name = "account", id = String, events(Opened, Deposited, Withdrawn), error = AccountError)]
pub struct Account {
    /// Below zero if somebody has withdrawn what was not there: what has happened is not refused.
    pub cents: i64,
}

#[derive(Debug, PartialEq, thiserror::Error)]
pub enum AccountError {
    #[error("{missing} cents are missing")]
    InsufficientFunds { missing: i64 },
}

impl Apply<Opened> for Account {
    fn apply(&mut self, _: Opened) {}
}

impl Apply<Deposited> for Account {
    fn apply(&mut self, event: Deposited) {
        self.cents += i64::from(event.cents);
    }
}

impl Apply<Withdrawn> for Account {
    fn apply(&mut self, event: Withdrawn) {
        self.cents -= i64::from(event.cents);
    }
}

#[derive(Command, Clone, Debug)]
#[command(aggregate = Account, creates)]
pub struct Open {
    #[command(id)]
    pub account: String,
}

#[derive(Command, Clone, Debug)]
#[command(aggregate = Account)]
pub struct Deposit {
    #[command(id)]
    pub account: String,
    pub cents: u32,
}

#[derive(Command, Clone, Debug)]
#[command(aggregate = Account)]
pub struct Withdraw {
    #[command(id)]
    pub account: String,
    pub cents: u32,
}

impl Decide<Open> for Account {
    type Events = Opened;

    fn decide(&self, _: Open) -> Result<Opened, AccountError> {
        Ok(Opened)
    }
}

impl Decide<Deposit> for Account {
    type Events = Deposited;

    fn decide(&self, Deposit { cents, .. }: Deposit) -> Result<Deposited, AccountError> {
        Ok(Deposited { cents })
    }
}

impl Decide<Withdraw> for Account {
    type Events = Withdrawn;

    fn decide(&self, Withdraw { cents, .. }: Withdraw) -> Result<Withdrawn, AccountError> {
        let missing = i64::from(cents) - self.cents;
        if missing > 0 {
            return Err(AccountError::InsufficientFunds { missing });
        }
        Ok(Withdrawn { cents })
    }
}
