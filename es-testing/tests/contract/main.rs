//! The contracts of stores: kept by the stores in memory, and broken by one store for each of their tests.

mod broken_projections;
mod broken_sagas;
mod broken_stores;
#[path = "../fixture/mod.rs"]
mod fixture;
mod memory;
mod model;
#[path = "../fixture/numbers.rs"]
mod numbers;
mod projections_in_memory;
mod sagas_in_memory;
mod without_snapshots;
mod without_type;
