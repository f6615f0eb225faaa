//! The answers to requests: kept with appends or by themselves, found, and forgotten as a whole.

mod answer;
mod find;
mod forget;
mod lock;
mod memory;

pub(crate) use lock::LockWait;
pub(crate) use memory::{REMEMBERED, Requests};
