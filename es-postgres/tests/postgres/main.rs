//! The store against a real PostgreSQL: one database per test.

mod append;
mod auditor;
mod cancellation;
mod condition;
mod conflict;
mod database;
mod group;
mod idempotency;
mod large;
mod loads;
mod log_order;
mod query;
mod query_plan;
mod schema;
mod spans;
mod support;
mod torture;
mod within;
