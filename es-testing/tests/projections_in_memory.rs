//! The store of projections in memory keeps the contract.

mod fixture {
    pub(crate) mod numbers;
}

use es_core::MemoryProjections;
use es_testing::projection_contract::Rows;
use fixture::numbers::Numbers;

async fn make() -> (MemoryProjections<Rows>, Numbers, ()) {
    let kept = MemoryProjections::new();
    (kept.clone(), Numbers { kept, spoils: false }, ())
}

es_testing::projection_contract!(make);
