//! The tail of the log: waiting for new events, within a process and between processes.

pub(crate) mod follower;
pub(crate) mod notify;
pub(crate) mod poller;
