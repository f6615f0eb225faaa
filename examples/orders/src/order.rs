//! The domain: what can happen to an order, and what it is then. What one may ask of it is next:
//! [`decisions`](crate::decisions).

use es_core::prelude::*;
use uuid::Uuid;

use crate::decisions::Refusal;

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "order-placed")]
pub struct Placed {
    pub customer: String,
    pub lines: Vec<Line>,
}

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "order-paid")]
pub struct Paid {
    pub method: Method,
    pub cents: u64,
}

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "order-shipped")]
pub struct Shipped {
    pub carrier: String,
    pub tracking: String,
}

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "order-cancelled")]
pub struct Cancelled {
    pub reason: String,
}

/// A number of pieces of one article, and the price of one of them on that day.
#[derive(Shape, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Line {
    pub sku: String,
    pub quantity: u32,
    pub unit_cents: u32,
}

impl Line {
    pub fn cents(&self) -> u64 {
        u64::from(self.quantity) * u64::from(self.unit_cents)
    }
}

/// The price of an order. It stays at the greatest number, which no order reaches: that is refused.
pub fn total(lines: &[Line]) -> u64 {
    lines.iter().map(Line::cents).fold(0, u64::saturating_add)
}

#[derive(Shape, Serialize, Deserialize, Clone, Copy, Debug, PartialEq)]
#[serde(rename_all = "lowercase")]
pub enum Method {
    Card,
    Transfer,
    Cash,
}

/// The progress of an order.
#[derive(Serialize, Deserialize, Clone, Copy, Debug, Default, PartialEq)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    #[default]
    Placed,
    Paid,
    Shipped,
    Cancelled,
}

#[derive(Aggregate, Default, Clone, Debug, PartialEq)]
#[aggregate(
    name = "order",
    id = Uuid,
    events(Placed, Paid, Shipped, Cancelled),
    error = Refusal,
)]
pub struct Order {
    pub status: Status,
    pub cents: u64,
}

impl Apply<Placed> for Order {
    fn apply(&mut self, event: Placed) {
        *self = Self { status: Status::Placed, cents: total(&event.lines) };
    }
}

impl Apply<Paid> for Order {
    fn apply(&mut self, _: Paid) {
        self.status = Status::Paid;
    }
}

impl Apply<Shipped> for Order {
    fn apply(&mut self, _: Shipped) {
        self.status = Status::Shipped;
    }
}

impl Apply<Cancelled> for Order {
    fn apply(&mut self, _: Cancelled) {
        self.status = Status::Cancelled;
    }
}
