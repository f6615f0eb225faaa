//! The store of projections in memory keeps the contract.

use es_core::MemoryProjections;
use es_testing::projection_contract::Rows;

use crate::numbers::Numbers;

async fn make() -> (MemoryProjections<Rows>, Numbers, ()) {
    let kept = MemoryProjections::new();
    (kept.clone(), Numbers { kept, spoils: false }, ())
}

es_testing::projection_contract!(make);
