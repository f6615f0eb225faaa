//! The read side: subscriptions to the log, and projections.

pub(crate) mod event_store_ext;
pub mod projection;
pub(crate) mod subscription;
