//! The store against a real PostgreSQL: one database per test.

mod append;
mod cancellation;
mod conflict;
mod database;
mod group;
mod idempotency;
mod large;
mod loads;
mod log_order;
mod query_plan;
mod schema;
mod spans;
mod support;
mod torture;
mod within;
