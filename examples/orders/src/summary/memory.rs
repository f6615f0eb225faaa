//! Summaries in memory.

use std::collections::BTreeMap;
use std::sync::Arc;

use es_core::prelude::*;
use uuid::Uuid;

use super::{OrderSummary, Payment, Summary, items, order};
use crate::home::Wanted;
use crate::order::{Cancelled, Paid, Placed, Shipped, Status, total};

/// All of them. A copy is cheap: each batch works on one.
#[derive(Clone, Debug, Default)]
pub struct Summaries {
    orders: BTreeMap<Uuid, Arc<Summary>>,
}

impl Summaries {
    pub fn get(&self, order: Uuid) -> Option<&Summary> {
        self.orders.get(&order).map(|summary| &**summary)
    }

    pub fn newest(&self, wanted: &Wanted) -> Vec<Summary> {
        let is_wanted = |order: &&Arc<Summary>| {
            wanted.customer.as_ref().is_none_or(|customer| *customer == order.customer)
                && wanted.status.is_none_or(|status| status == order.status)
                && wanted.before.is_none_or(|before| order.placed.0 < before)
        };
        let mut found: Vec<_> = self.orders.values().filter(is_wanted).collect();
        found.sort_by_key(|order| std::cmp::Reverse(order.placed));
        found.truncate(wanted.limit as usize);
        found.into_iter().map(|order| (**order).clone()).collect()
    }

    /// The summary that an event belongs to.
    fn of<E>(&mut self, event: &Recorded<E>) -> Result<&mut Summary, ProjectError> {
        let order = order(event)?;
        let found = self.orders.get_mut(&order).map(Arc::make_mut);
        found.ok_or_else(|| ProjectError::new(format!("there is no order {order}")))
    }
}

impl Project<Placed, Summaries> for OrderSummary {
    async fn project(
        &self,
        event: Recorded<Placed>,
        db: &mut Summaries,
    ) -> Result<(), ProjectError> {
        let id = order(&event)?;
        let summary = Summary {
            id,
            status: Status::Placed,
            cents: total(&event.event.lines),
            items: items(&event.event),
            customer: event.event.customer,
            payment: None,
            placed_at: event.recorded_at,
            shipped_at: None,
            cancelled_at: None,
            placed: event.position,
        };
        db.orders.insert(id, Arc::new(summary));
        Ok(())
    }
}

impl Project<Paid, Summaries> for OrderSummary {
    async fn project(&self, event: Recorded<Paid>, db: &mut Summaries) -> Result<(), ProjectError> {
        let summary = db.of(&event)?;
        summary.status = Status::Paid;
        summary.payment = Some(Payment { method: event.event.method, at: event.recorded_at });
        Ok(())
    }
}

impl Project<Shipped, Summaries> for OrderSummary {
    async fn project(
        &self,
        event: Recorded<Shipped>,
        db: &mut Summaries,
    ) -> Result<(), ProjectError> {
        let summary = db.of(&event)?;
        summary.status = Status::Shipped;
        summary.shipped_at = Some(event.recorded_at);
        Ok(())
    }
}

impl Project<Cancelled, Summaries> for OrderSummary {
    async fn project(
        &self,
        event: Recorded<Cancelled>,
        db: &mut Summaries,
    ) -> Result<(), ProjectError> {
        let summary = db.of(&event)?;
        summary.status = Status::Cancelled;
        summary.cancelled_at = Some(event.recorded_at);
        Ok(())
    }
}

impl ReadModel<Summaries> for OrderSummary {
    async fn forget(&self, stream: &StreamId, db: &mut Summaries) -> Result<(), ProjectError> {
        db.orders.remove(&stream.key().as_str().parse()?);
        Ok(())
    }
}
