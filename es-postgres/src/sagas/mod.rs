//! The store of sagas: a row for each instance, beside the progress of those who drive them.

mod columns;
mod row;
mod store;

pub use store::PgSagas;
