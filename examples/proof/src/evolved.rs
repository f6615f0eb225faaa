//! An event with three versions behind it, in a set with others.

use es_core::prelude::*;

use crate::domain::{Deposited, Opened};

#[derive(Shape, Serialize, Deserialize, Clone, Copy, Debug, PartialEq)]
pub enum Currency {
    Eur,
    Usd,
}

/// Version 2 knew of currencies, version 3 called the amount cents, version 4 has room for debts.
#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "transferred", version = 4)]
pub struct Transferred {
    pub number: u64,
    #[event(
        renamed(from = "amount", in = 3),
        changed(from = u32, in = 4, with = i64::from)
    )]
    pub cents: i64,
    #[event(added(in = 2, default = Currency::Eur))]
    pub currency: Currency,
    pub reference: String,
}

#[derive(EventSet, Debug, PartialEq)]
pub enum Activity {
    Opened(Opened),
    Deposited(Deposited),
    Transferred(Transferred),
}
