//! Storage of the service: in memory, or in Postgres.

mod memory;
mod postgres;

use std::future::Future;

use es_core::{EventStore, ProjectionStore};
use uuid::Uuid;

use crate::order::Status;
use crate::summary::Summary;

pub use self::memory::InMemory;
pub use self::postgres::InPostgres;

/// The events, the read model, and what the service keeps beside them: names of customers.
pub trait Home: Clone + Send + Sync + 'static {
    type Store: EventStore;
    type Kept: ProjectionStore;

    /// The name of the storage in `/health`.
    const NAME: &'static str;

    fn store(&self) -> &Self::Store;

    /// The store of the rows of read models and their checkpoints.
    fn kept(&self) -> Self::Kept;

    fn summary(&self, order: Uuid) -> impl Future<Output = anyhow::Result<Option<Listed>>> + Send;

    /// The summaries that are wanted, the newest first.
    fn summaries(
        &self,
        wanted: &Wanted,
    ) -> impl Future<Output = anyhow::Result<Vec<Listed>>> + Send;

    /// Says what a customer is called.
    fn name_customer(
        &self,
        customer: &str,
        name: &str,
    ) -> impl Future<Output = anyhow::Result<()>> + Send;
}

/// An order as it is listed: its summary, beside what its customer is called, if that is known.
#[derive(Clone, Debug)]
pub struct Listed {
    pub order: Summary,
    pub customer_name: Option<String>,
}

/// The filter of a list of orders.
#[derive(Clone, Debug, PartialEq)]
pub struct Wanted {
    pub customer: Option<String>,
    pub status: Option<Status>,
    /// Lists only orders that were placed before this position of the log: the next page.
    pub before: Option<u64>,
    pub limit: u32,
}
