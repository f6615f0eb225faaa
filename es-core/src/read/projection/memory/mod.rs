//! The store of projections that lives in the process.

mod administration;
mod batch;
mod clock;
mod commit;
mod model_lock;
mod parked;
mod registry;
mod slots;
mod store;
mod version;

pub use batch::MemoryBatch;
pub use store::MemoryProjections;
