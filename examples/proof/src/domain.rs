//! The domain that is measured: an account, with events of about 120 bytes.

use std::convert::Infallible;

use es_core::prelude::*;

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "opened")]
pub struct Opened {
    pub owner: String,
}

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "deposited")]
pub struct Deposited {
    /// No two commands of a run have the same.
    pub number: u64,
    pub cents: u32,
    pub reference: String,
}

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "withdrawn")]
pub struct Withdrawn {
    pub number: u64,
    pub cents: u32,
    pub reference: String,
}

#[derive(Aggregate, Shape, Default, Clone, Debug, PartialEq, Serialize, Deserialize)]
#[aggregate(name = "account", id = String, events(Opened, Deposited, Withdrawn), error = Infallible)]
pub struct Account {
    pub owner: String,
    pub cents: i64,
    pub entries: u64,
    pub last: u64,
}

impl Apply<Opened> for Account {
    fn apply(&mut self, event: Opened) {
        self.owner = event.owner;
    }
}

impl Apply<Deposited> for Account {
    fn apply(&mut self, event: Deposited) {
        self.cents += i64::from(event.cents);
        self.entries += 1;
        self.last = event.number;
    }
}

impl Apply<Withdrawn> for Account {
    fn apply(&mut self, event: Withdrawn) {
        self.cents -= i64::from(event.cents);
        self.entries += 1;
        self.last = event.number;
    }
}

#[derive(Command, Clone, Debug)]
#[command(aggregate = Account, any)]
pub struct Deposit {
    #[command(id)]
    pub account: String,
    pub number: u64,
}

impl Decide<Deposit> for Account {
    type Events = Deposited;

    fn decide(&self, command: Deposit) -> Result<Deposited, Infallible> {
        Ok(deposited(command.number))
    }
}

/// The same account in the same streams, kept as a snapshot.
#[derive(Aggregate, Default, Clone, Debug, PartialEq, Serialize, Deserialize)]
#[aggregate(
    name = "account",
    id = String,
    events(Opened, Deposited, Withdrawn),
    error = Infallible,
    snapshot(every = 96)
)]
pub struct Kept {
    pub account: Account,
}

impl Apply<Opened> for Kept {
    fn apply(&mut self, event: Opened) {
        self.account.apply(event);
    }
}

impl Apply<Deposited> for Kept {
    fn apply(&mut self, event: Deposited) {
        self.account.apply(event);
    }
}

impl Apply<Withdrawn> for Kept {
    fn apply(&mut self, event: Withdrawn) {
        self.account.apply(event);
    }
}

#[derive(Command, Clone, Debug)]
#[command(aggregate = Kept, any)]
pub struct Keep {
    #[command(id)]
    pub account: String,
    pub number: u64,
}

impl Decide<Keep> for Kept {
    type Events = Deposited;

    fn decide(&self, command: Keep) -> Result<Deposited, Infallible> {
        Ok(deposited(command.number))
    }
}

/// An event whose JSON has 120 bytes, give or take the digits of the number.
pub fn deposited(number: u64) -> Deposited {
    let reference = format!(
        "standing order no. {:03} of the 1st of the month, for the rent of the flat, cellar",
        number % 1000
    );
    Deposited { number, cents: 120_000, reference }
}
