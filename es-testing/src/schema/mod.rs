//! Stored forms of events from release to release: lock, golden payloads, compatibility, catalog.

mod blessing;
pub mod catalog;
pub mod compatibility;
pub mod golden;
pub mod lock;

pub use blessing::Blessing;
