//! The store in memory keeps the contract.

use es_core::MemoryStore;

async fn make_store() -> (MemoryStore, ()) {
    (MemoryStore::new(), ())
}

es_testing::contract!(make_store);
es_testing::transform_contract!(make_store);
es_testing::retag_contract!(make_store);
