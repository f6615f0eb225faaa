//! Given-when-then for aggregates.

#[cfg(feature = "postgres")]
pub mod postgres;
