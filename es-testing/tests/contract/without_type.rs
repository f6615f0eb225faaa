//! A store whose type is forgotten keeps the contract of the store inside.

use es_core::{DynEventStore, MemoryStore};

async fn make_store() -> (DynEventStore, ()) {
    (DynEventStore::new(MemoryStore::new()), ())
}

es_testing::contract!(make_store);
