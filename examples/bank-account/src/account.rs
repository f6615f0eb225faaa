//! The domain: what can happen to an account, what one may ask of it, how it decides.
//!
//! It is the third release. What the first two stored is read as if this one had stored it: by the
//! history that stands on the fields here, and by [`past`](crate::past).

use es_core::prelude::*;

use crate::past::{OpenedV1, Withdrawn};

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "account-opened", version = 2, previous = OpenedV1)]
pub struct Opened {
    /// The owner of the account, for which the first release did not ask.
    pub owner: Option<String>,
}

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "money-deposited", version = 3)]
pub struct Deposited {
    #[event(renamed(from = "cents", in = 3), changed(from = u32, in = 3, with = Amount::from))]
    pub amount: Amount,
    #[event(added(in = 2, default = Channel::Branch))]
    pub channel: Channel,
}

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "money-paid-out")]
pub struct PaidOut {
    pub amount: Amount,
}

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "fee-charged")]
pub struct FeeCharged {
    pub amount: Amount,
}

/// Money that says its unit, with room for a currency.
#[derive(Shape, Serialize, Deserialize, Clone, Copy, Debug, PartialEq)]
pub struct Amount {
    pub cents: u32,
}

impl From<u32> for Amount {
    fn from(cents: u32) -> Self {
        Self { cents }
    }
}

/// The place where money changes hands.
#[derive(Shape, Serialize, Deserialize, Clone, Copy, Debug, PartialEq)]
pub enum Channel {
    Branch,
    Machine,
}

#[derive(Aggregate, Default, Clone, Debug, PartialEq)]
#[aggregate(
    name = "account",
    id = String,
    events(Opened, Deposited, PaidOut, FeeCharged),
    superseded(Withdrawn),
    error = AccountError,
)]
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
        self.cents += i64::from(event.amount.cents);
    }
}

impl Apply<PaidOut> for Account {
    fn apply(&mut self, event: PaidOut) {
        self.cents -= i64::from(event.amount.cents);
    }
}

impl Apply<FeeCharged> for Account {
    fn apply(&mut self, event: FeeCharged) {
        self.cents -= i64::from(event.amount.cents);
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
    pub amount: Amount,
    pub channel: Channel,
}

#[derive(Command, Clone, Debug)]
#[command(aggregate = Account)]
pub struct Withdraw {
    #[command(id)]
    pub account: String,
    pub amount: Amount,
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

    fn decide(&self, Deposit { amount, channel, .. }: Deposit) -> Result<Deposited, AccountError> {
        Ok(Deposited { amount, channel })
    }
}

impl Decide<Withdraw> for Account {
    type Events = (PaidOut, Option<FeeCharged>);

    fn decide(&self, command: Withdraw) -> Result<Self::Events, AccountError> {
        let Withdraw { amount, channel, .. } = command;
        let fee = match channel {
            Channel::Branch => None,
            Channel::Machine => Some(Amount { cents: 2 }),
        };
        let costs = i64::from(amount.cents) + fee.map_or(0, |fee| i64::from(fee.cents));
        let missing = costs - self.cents;
        if missing > 0 {
            return Err(AccountError::InsufficientFunds { missing });
        }
        Ok((PaidOut { amount }, fee.map(|amount| FeeCharged { amount })))
    }
}
