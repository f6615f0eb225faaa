//! Everything in the memory of this process, gone with it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use es_core::{MemoryProjections, MemoryStore, ProjectionId};
use uuid::Uuid;

use super::{Home, Listed, Wanted};
use crate::summary::{OrderSummary, Summaries, Summary};

#[derive(Clone, Debug)]
pub struct InMemory {
    store: MemoryStore,
    kept: MemoryProjections<Summaries>,
    customers: Arc<Mutex<BTreeMap<String, String>>>,
}

impl InMemory {
    pub fn new() -> Self {
        let store = MemoryStore::new();
        Self { store, kept: MemoryProjections::new(), customers: Arc::default() }
    }

    fn customers(&self) -> MutexGuard<'_, BTreeMap<String, String>> {
        self.customers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn listed(&self, orders: Vec<Summary>) -> Vec<Listed> {
        let names = self.customers();
        let listed = orders.into_iter().map(|order| {
            let customer_name = names.get(&order.customer).cloned();
            Listed { order, customer_name }
        });
        listed.collect()
    }

    fn read<T: Default>(&self, reader: impl FnOnce(&Summaries) -> T) -> T {
        let name = ProjectionId::of::<OrderSummary>().name;
        self.kept.read(&name, reader).unwrap_or_default()
    }
}

impl Home for InMemory {
    type Store = MemoryStore;
    type Kept = MemoryProjections<Summaries>;

    const NAME: &'static str = "memory";

    fn store(&self) -> &MemoryStore {
        &self.store
    }

    fn kept(&self) -> MemoryProjections<Summaries> {
        self.kept.clone()
    }

    async fn summary(&self, order: Uuid) -> anyhow::Result<Option<Listed>> {
        let found = self.read(|orders| orders.get(order).cloned());
        Ok(self.listed(found.into_iter().collect()).pop())
    }

    async fn summaries(&self, wanted: &Wanted) -> anyhow::Result<Vec<Listed>> {
        Ok(self.listed(self.read(|orders| orders.newest(wanted))))
    }

    async fn name_customer(&self, customer: &str, name: &str) -> anyhow::Result<()> {
        self.customers().insert(customer.to_owned(), name.to_owned());
        Ok(())
    }
}
