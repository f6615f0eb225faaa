//! Appends: their route, their statements, their locks and their group commit.

pub(crate) mod appender;
pub(crate) mod arrays;
pub(crate) mod chunks;
pub(crate) mod coalesce;
pub(crate) mod condition;
pub(crate) mod gate;
pub(crate) mod group;
pub(crate) mod idempotency;
pub(crate) mod lock;
pub(crate) mod locked;
pub(crate) mod next;
pub(crate) mod reply;
pub(crate) mod route;
pub(crate) mod slices;
pub(crate) mod statement;
pub(crate) mod tags;
pub(crate) mod weight;
