//! Reads: streams, the log up to its safe position, selections, queries and snapshots.

pub(crate) mod coalescer;
pub(crate) mod query;
pub(crate) mod reader;
pub(crate) mod safe_position;
pub(crate) mod select;
pub(crate) mod snapshots;
pub(crate) mod standby;
pub(crate) mod stream_row;
pub(crate) mod streams;
