//! The domain: what can happen to an account, what one may ask of it, how it decides.

use es_core::prelude::*;

use crate::past::OpenedV1;

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "account-opened", version = 2, previous = OpenedV1)]
pub struct Opened {
    /// Accounts of the first release have none.
    pub owner: Option<String>,
}

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "money-deposited", version = 2)]
pub struct Deposited {
    pub cents: u32,
    #[event(added(in = 2, default = Channel::Branch))]
    pub channel: Channel,
}

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "money-withdrawn", version = 2)]
pub struct Withdrawn {
    pub cents: u32,
    #[event(added(in = 2, default))]
    pub fee: u32,
}

/// Where money changes hands.
#[derive(Shape, Serialize, Deserialize, Clone, Copy, Debug, PartialEq)]
pub enum Channel {
    Branch,
    Machine,
}

#[derive(Aggregate, Default, Clone, Debug, PartialEq)]
#[aggregate(name = "account", id = String, events(Opened, Deposited, Withdrawn), error = AccountError)]
pub struct Account {
    pub owner: Option<String>,
    /// Below zero if somebody has withdrawn what was not there: what has happened is not refused.
    pub cents: i64,
}

#[derive(Debug, PartialEq, thiserror::Error)]
pub enum AccountError {
    #[error("{missing} cents are missing")]
    InsufficientFunds { missing: i64 },
}

impl Apply<Opened> for Account {
    fn apply(&mut self, event: Opened) {
        self.owner = event.owner;
    }
}

impl Apply<Deposited> for Account {
    fn apply(&mut self, event: Deposited) {
        self.cents += i64::from(event.cents);
    }
}

impl Apply<Withdrawn> for Account {
    fn apply(&mut self, event: Withdrawn) {
        self.cents -= i64::from(event.cents) + i64::from(event.fee);
    }
}

#[derive(Command, Clone, Debug)]
#[command(aggregate = Account, creates)]
pub struct Open {
    #[command(id)]
    pub account: String,
    pub owner: String,
}

#[derive(Command, Clone, Debug)]
#[command(aggregate = Account)]
pub struct Deposit {
    #[command(id)]
    pub account: String,
    pub cents: u32,
    pub channel: Channel,
}

#[derive(Command, Clone, Debug)]
#[command(aggregate = Account)]
pub struct Withdraw {
    #[command(id)]
    pub account: String,
    pub cents: u32,
    pub channel: Channel,
}

impl Decide<Open> for Account {
    type Events = Opened;

    fn decide(&self, Open { owner, .. }: Open) -> Result<Opened, AccountError> {
        Ok(Opened { owner: Some(owner) })
    }
}

impl Decide<Deposit> for Account {
    type Events = Deposited;

    fn decide(&self, Deposit { cents, channel, .. }: Deposit) -> Result<Deposited, AccountError> {
        Ok(Deposited { cents, channel })
    }
}

impl Decide<Withdraw> for Account {
    type Events = Withdrawn;

    fn decide(&self, Withdraw { cents, channel, .. }: Withdraw) -> Result<Withdrawn, AccountError> {
        let fee = match channel {
            Channel::Branch => 0,
            Channel::Machine => 2,
        };
        let missing = i64::from(cents) + i64::from(fee) - self.cents;
        if missing > 0 {
            return Err(AccountError::InsufficientFunds { missing });
        }
        Ok(Withdrawn { cents, fee })
    }
}
