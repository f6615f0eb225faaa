//! The contract of stores of sagas, kept by the one in memory.

use es_core::MemoryStore;
use es_core::sagas::MemorySagas;

async fn make() -> (MemoryStore, MemorySagas, ()) {
    (MemoryStore::new(), MemorySagas::new(), ())
}

es_testing::saga_contract!(make);
