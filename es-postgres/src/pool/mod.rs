//! Connections of the store: kept at hand, reserved, and driven to the end of their work.

pub(crate) mod database;
pub(crate) mod driven;
pub(crate) mod handover;
pub(crate) mod prepared;
pub(crate) mod savepoint;
pub(crate) mod session;
pub(crate) mod spares;
pub(crate) mod warm_pool;
