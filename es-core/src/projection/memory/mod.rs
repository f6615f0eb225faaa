//! The store of projections that lives in the process.

mod aside;
mod batch;
mod clock;
mod commit;
mod names;
mod slots;
mod store;
mod turn;
mod version;

pub use batch::MemoryBatch;
pub use store::MemoryProjections;
