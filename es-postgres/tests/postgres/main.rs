//! The store against a real PostgreSQL: one database per test.

mod append;
mod cancellation;
mod conflict;
mod database;
mod loads;
mod log_order;
mod query_plan;
mod schema;
mod snapshots;
mod spans;
mod support;
mod within;
