//! The store in memory.

mod events;
mod lock;
mod places;
mod replace;
mod requests;
mod retag;
mod select;
mod snapshots;
mod store;

pub use store::MemoryStore;
