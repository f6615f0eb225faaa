//! The read model: an order in one row.

mod memory;
mod postgres;

use es_core::prelude::*;
use uuid::Uuid;

use crate::order::{Cancelled, Method, Paid, Placed, Shipped, Status};

pub use self::memory::Summaries;
pub use self::postgres::of_row;

/// Keeps a [`Summary`] of each order. The same projection writes rows of Postgres and maps in memory;
/// each has its handlers in a file of its own.
#[derive(Projection, Clone, Copy, Debug)]
#[projection(
    name = "order-summary",
    version = 1,
    events(Placed, Paid, Shipped, Cancelled),
    db(sqlx::PgConnection, Summaries)
)]
pub struct OrderSummary;

/// The summary of an order, to be read without its history.
#[derive(Clone, Debug, PartialEq)]
pub struct Summary {
    pub id: Uuid,
    pub customer: String,
    pub status: Status,
    pub cents: u64,
    /// The number of pieces in all its lines.
    pub items: u64,
    pub payment: Option<Payment>,
    pub placed_at: Timestamp,
    pub shipped_at: Option<Timestamp>,
    pub cancelled_at: Option<Timestamp>,
    /// The position of its placement: orders are listed by it.
    pub placed: Position,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Payment {
    pub method: Method,
    pub at: Timestamp,
}

/// The order of the event.
fn order<E>(event: &Recorded<E>) -> Result<Uuid, ProjectError> {
    Ok(event.stream.key().as_str().parse()?)
}

/// The number of pieces that were ordered.
fn items(placed: &Placed) -> u64 {
    placed.lines.iter().map(|line| u64::from(line.quantity)).sum()
}
