//! The store against a real PostgreSQL: one database per test.

mod append;
mod auditor;
mod bounded;
mod cancellation;
mod condition;
mod conflict;
mod connections;
mod contention;
mod database;
mod dependencies;
mod fairness;
mod group;
mod growth;
mod handlers;
mod idempotency;
mod import;
#[cfg(unix)]
mod incarnation;
mod inline;
mod kept;
mod large;
mod loads;
mod locks;
mod log_order;
#[cfg(unix)]
mod lost_replies;
mod next;
mod nights;
mod notifications;
mod options;
mod panics;
#[cfg(unix)]
mod pgbouncer;
mod prepared;
mod projections;
mod query;
mod query_plan;
mod rebuild;
mod requests;
#[cfg(unix)]
mod restart;
mod retag;
#[cfg(unix)]
mod roles;
mod sagas;
mod schema;
mod selections;
mod several_streams;
mod snapshots;
mod spans;
#[cfg(unix)]
mod standby;
mod subscriptions;
mod support;
mod tag_changes;
mod timeouts;
mod torture;
mod transact;
mod transform;
mod two_schemas;
#[path = "../../../es-core/tests/it/watched.rs"]
mod watched;
mod within;
mod within_dropped;
