//! Two sound aggregates, for mistakes that need more of a domain than they are about.

use es_core::prelude::*;

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "account-opened")]
pub struct Opened {}

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "bill-paid")]
pub struct Paid {}

#[derive(Aggregate, Default)]
#[aggregate(name = "account", id = AccountId, events(Opened))]
pub struct Account {}

impl Apply<Opened> for Account {
    fn apply(&mut self, _: Opened) {}
}

#[derive(Aggregate, Default)]
#[aggregate(name = "bill", id = AccountId, events(Paid))]
pub struct Bill {}

impl Apply<Paid> for Bill {
    fn apply(&mut self, _: Paid) {}
}

#[derive(Clone, Debug, PartialEq)]
pub struct AccountId(pub u32);

impl core::fmt::Display for AccountId {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        self.0.fmt(f)
    }
}

#[derive(Command, Clone)]
#[command(aggregate = Account, creates)]
pub struct Open {
    #[command(id)]
    pub account: AccountId,
}

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "door-closed")]
pub struct Closed {}

/// Nobody was ever interested.
#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "gone")]
pub struct Gone {}

impl Superseded for Gone {
    type By = ();
    type Error = Never;
    fn superseded(self) -> Result<(), Never> {
        Ok(())
    }
}

pub type Never = std::convert::Infallible;
