//! The interface between the runtime and stores, and the values that cross it.

pub(crate) mod append;
pub(crate) mod append_error;
pub(crate) mod append_lock;
pub(crate) mod checkpoint;
pub(crate) mod cursor;
pub(crate) mod decorator;
pub(crate) mod dyn_event_store;
pub(crate) mod error;
pub(crate) mod event_store;
pub(crate) mod held_up;
pub(crate) mod page;
pub(crate) mod paging;
pub(crate) mod query;
pub(crate) mod request;
pub(crate) mod retag;
pub(crate) mod selection;
pub(crate) mod silence;
pub(crate) mod snapshot;
pub(crate) mod spans;
pub(crate) mod token;
