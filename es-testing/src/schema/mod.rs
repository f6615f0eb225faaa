//! Stored forms of events and steps of sagas from release to release: locks, golden payloads, compatibility, catalog.

mod blessing;
pub mod catalog;
pub mod compatibility;
pub mod golden;
pub mod lock;
pub mod saga_lock;

pub use blessing::Blessing;
