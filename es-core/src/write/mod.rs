//! The write side: commands and decisions from the load of a state to the append of events.

pub(crate) mod backoff;
pub(crate) mod catch_up;
pub(crate) mod contention;
pub(crate) mod decisions;
pub(crate) mod execute_error;
pub(crate) mod fold;
pub(crate) mod load;
pub(crate) mod load_error;
pub(crate) mod once;
pub(crate) mod repository;
pub(crate) mod request_error;
pub(crate) mod retry;
pub(crate) mod snapshot_policy;
pub(crate) mod snapshot_restore;
pub(crate) mod snapshot_writer;
pub(crate) mod unit_of_work;
