//! The PostgreSQL event store.
//!
//! [`PgStore`] stores the events of a service in a schema of its own, `es`, in the database that the service already
//! uses. It uses the service's pool, can append in the service's transactions, and emits `tracing` spans.
//!
//! ```no_run
//! use es_core::prelude::*;
//! use es_postgres::PgStore;
//!
//! # async fn example(pool: es_postgres::sqlx::PgPool, append: Append) -> Result<(), Box<dyn std::error::Error>> {
//! let store = PgStore::new(pool);
//! store.migrate().await?;
//! let appended = store.append(append).await?;
//! println!("stored up to position {:?}", appended.position());
//! # Ok(())
//! # }
//! ```
//!
//! [`guide`] has the chapters: read models, rebuilding, failing handlers, side effects, and
//! [ordering and concurrency](guide::concurrency), which explains the locks of the store.
//!
//! # Overview
//!
//! - [`PgStore`] implements [`EventStore`](es_core::EventStore), [`RetagStore`](es_core::RetagStore) and
//!   [`TransformStore`](es_core::TransformStore). [`PgStore::append_within`] appends in a transaction of the
//!   service.
//! - [`PgStore::projections`] stores rows and checkpoints of background projections beside the events;
//!   [`PgProjections::new`] stores them in another database. A batch is one transaction: rows, checkpoints and
//!   parked events commit together. [`PgStore::inline`] runs a projection within each append.
//! - [`PgStore::import`] stores the history of another system: a stream of appends, at the rate that the server
//!   accepts, with progress. An import that was interrupted can be repeated.
//! - [`PgStoreOptions::with_schema`] stores the events in another schema. Several stores in one database share neither
//!   tables nor locks nor notifications, and an open append in one does not delay readers of another. The read
//!   models of a store in `ledger` are in schemas that begin with `ledger_`. The name must be valid in SQL
//!   without quotes ([`SchemaName`]). Statements are rewritten once per store; a store in `es` sends them
//!   unchanged.
//!
//! # Roles and grants
//!
//! An administrator creates three roles; the login roles of services are members of one of them. The owner
//! needs `CREATE` on the database to make the schema `es`, unless an administrator makes it:
//! `CREATE SCHEMA es AUTHORIZATION es_owner`.
//!
//! ```sql
//! CREATE ROLE es_owner;
//! CREATE ROLE es_writer;
//! CREATE ROLE es_reader;
//! GRANT CREATE ON DATABASE ledger TO es_owner;
//! ```
//!
//! `roles.sql` of this crate grants their privileges:
//!
//! ```sql
#![doc = include_str!("../roles.sql")]
//! ```
//!
//! A [transformation](es_core::TransformStore::transform) of a stream runs as the owner, in one transaction,
//! which no other role can do. Before it writes, it reads all tags of the store once. Until it commits, it
//! blocks appends to the stream and decisions on the tags of its copies, and readers of the log wait for it as
//! for any append.
//!
//! # Connection pools
//!
//! sqlx 0.9.0 returns a connection to its pool inside a transaction if the future of `begin` is dropped, as by
//! a request with a timeout. The next user of the connection then writes into a transaction that nobody
//! commits. The store ends such a transaction before it starts its own. For the statements of the service,
//! build the pool with
//! [`PgStore::pool_options`], which rolls such transactions back.
//!
//! # Connection poolers
//!
//! pgbouncer in transaction mode assigns a session to each transaction, so prepared statements do not survive.
//! [`PgStoreOptions::without_prepared_statements`] works behind it. It costs two round trips for each statement, because a
//! transaction keeps the statement and its arguments together. Run [`PgStore::migrate`] over a direct
//! connection, and configure pgbouncer for a parameter that the driver sends: `ignore_startup_parameters =
//! extra_float_digits`.
//!
//! Statements of the service need `.persistent(false)`, and connections of its pool
//! `statement_cache_capacity(0)`, because sqlx 0.9.0 names a statement in the session even if it caches none.
//! Statements of handlers and in
//! [`PgStore::transact`] need neither: the session discards the driver's named statements before them. Projections use
//! [`PgProjections::with_options`].
//!
//! # Server outages and timeouts
//!
//! Appends and reads in progress return an error that [is transient](es_core::StoreError::is_transient), and
//! the pool reconnects automatically. The append may have been stored. Retried with the same event ids it is
//! never stored twice.
//!
//! The service's own `statement_timeout` and `lock_timeout` apply to appends as well; an append that exceeds
//! one stores nothing. Without them an append waits for a stream for as long as its caller waits for the
//! append.
//!
//! | Cause | Error |
//! |---|---|
//! | `lock_timeout` | A transient error |
//! | `statement_timeout` | [`StatementTimeout`](es_core::StoreErrorKind::StatementTimeout), not transient: a retry would only add load |
//! | A command on a standby, or as a read-only role | [`ReadOnly`](es_core::StoreErrorKind::ReadOnly), at once |
//!
//! # Standbys and restores
//!
//! Streams can be read on a standby, up to what it has replayed. The log is read on the primary, or on a
//! standby with the help of its primary: [`PgStoreOptions::with_log_replica`]. A standby alone cannot know which
//! appends are in progress, so reading the log there is an error, as is a query, which returns a safe position.
//!
//! Acknowledged events survive a crash of the server unless `synchronous_commit` is off. After a restore or a
//! failover that may have lost events, call [`PgStore::begin_incarnation`], which invalidates the checkpoints
//! of readers.
//!
//! # Limits
//!
//! - An append can require the version of up to 256 streams that it does not write to.
//! - PostgreSQL 15 or later, tested on 15 and 18, with the database encoding UTF8.
#![cfg_attr(not(test), warn(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod advisory_locks;
mod append;
mod error;
pub mod guide;
mod held_up;
mod import;
mod inline;
mod pool;
mod projections;
mod read;
mod requests;
mod retag;
mod row;
mod sagas;
mod schema;
mod spans;
mod store;
mod tail;
mod transform;
mod unit_of_work;

/// The driver in whose types this crate speaks; choose its TLS in your own `Cargo.toml`.
pub use sqlx;

pub use import::{ImportError, Imported};
pub use inline::InlineError;
pub use projections::{HasDependents, PgBatch, PgProjections};
pub use sagas::PgSagas;
pub use schema::name::{InvalidSchemaName, SchemaName};
pub use schema::owner::ForeignSchema;
pub use store::{PgStore, PgStoreOptions};
pub use unit_of_work::PgUnitOfWork;

/// The repository's README: its code compiles and its first aggregate passes its test.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;
