//! The domain: what one may ask of an order, and when that is refused.

use es_core::prelude::*;
use uuid::Uuid;

use crate::order::{Cancelled, Line, Method, Order, Paid, Placed, Shipped, Status, total};

#[derive(Command, Serialize, Clone, Debug)]
#[command(aggregate = Order, creates)]
pub struct Place {
    #[command(id)]
    pub order: Uuid,
    pub customer: String,
    pub lines: Vec<Line>,
}

#[derive(Command, Serialize, Clone, Debug)]
#[command(aggregate = Order)]
pub struct Pay {
    #[command(id)]
    pub order: Uuid,
    pub method: Method,
    pub cents: u64,
}

#[derive(Command, Serialize, Clone, Debug)]
#[command(aggregate = Order)]
pub struct Ship {
    #[command(id)]
    pub order: Uuid,
    pub carrier: String,
    pub tracking: String,
}

#[derive(Command, Serialize, Clone, Debug)]
#[command(aggregate = Order)]
pub struct Cancel {
    #[command(id)]
    pub order: Uuid,
    pub reason: String,
}

/// No order costs more: a million, in cents.
pub const MOST_CENTS: u64 = 100_000_000;

/// A refusal, in the words that the caller reads.
#[derive(Serialize, Deserialize, Debug, PartialEq, thiserror::Error)]
pub enum Refusal {
    #[error("the order costs nothing: give it a line with a quantity and a price")]
    Nothing,
    #[error("the order costs {cents} cents, and the most is {MOST_CENTS}")]
    TooMuch { cents: u64 },
    #[error("the order costs {due} cents, not {paid}")]
    WrongAmount { due: u64, paid: u64 },
    #[error("the order is paid already")]
    Paid,
    #[error("the order is not paid yet")]
    NotPaid,
    #[error("the order is shipped already")]
    Shipped,
    #[error("the order was cancelled")]
    Cancelled,
}

impl Decide<Place> for Order {
    type Events = Placed;

    fn decide(&self, Place { customer, lines, .. }: Place) -> Result<Placed, Refusal> {
        match total(&lines) {
            0 => Err(Refusal::Nothing),
            cents if cents > MOST_CENTS => Err(Refusal::TooMuch { cents }),
            _ => Ok(Placed { customer, lines }),
        }
    }
}

impl Decide<Pay> for Order {
    type Events = Paid;

    fn decide(&self, Pay { method, cents, .. }: Pay) -> Result<Paid, Refusal> {
        match self.status {
            Status::Placed if cents == self.cents => Ok(Paid { method, cents }),
            Status::Placed => Err(Refusal::WrongAmount { due: self.cents, paid: cents }),
            Status::Paid => Err(Refusal::Paid),
            Status::Shipped => Err(Refusal::Shipped),
            Status::Cancelled => Err(Refusal::Cancelled),
        }
    }
}

impl Decide<Ship> for Order {
    type Events = Shipped;

    fn decide(&self, Ship { carrier, tracking, .. }: Ship) -> Result<Shipped, Refusal> {
        match self.status {
            Status::Placed => Err(Refusal::NotPaid),
            Status::Paid => Ok(Shipped { carrier, tracking }),
            Status::Shipped => Err(Refusal::Shipped),
            Status::Cancelled => Err(Refusal::Cancelled),
        }
    }
}

impl Decide<Cancel> for Order {
    type Events = Cancelled;

    fn decide(&self, Cancel { reason, .. }: Cancel) -> Result<Cancelled, Refusal> {
        match self.status {
            Status::Placed | Status::Paid => Ok(Cancelled { reason }),
            Status::Shipped => Err(Refusal::Shipped),
            Status::Cancelled => Err(Refusal::Cancelled),
        }
    }
}
