//! The read side: subscriptions to the log, and projections.

pub mod projection;
pub(crate) mod subscription;
