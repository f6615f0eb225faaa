//! Following the log.

mod following;
mod start;
mod support;
mod trouble;
mod typed;
