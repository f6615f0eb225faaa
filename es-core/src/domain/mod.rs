//! The domain side: aggregates, commands, decisions and their errors.

pub(crate) mod aggregate;
pub(crate) mod command;
pub(crate) mod decide;
pub(crate) mod decision;
pub(crate) mod event_types;
pub(crate) mod into_events;
pub(crate) mod rejection;
