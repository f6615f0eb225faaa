//! Tags of stored events: their backfill, and appends that lack one.

pub(crate) mod event_tags;
pub(crate) mod write;
