//! The PostgreSQL event store.
//!
//! [`PgStore`] keeps the events of a service in a schema of its own, `es`, beside whatever the
//! service keeps there already: it takes the service's pool, joins its transactions and speaks in
//! its tracing.
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
//! # Another schema, several stores
//!
//! [`PgStore::in_schema`] keeps the events in a schema of another name. Several stores live in one
//! database beside one another: they share neither tables nor locks nor notifications, and an open append
//! of the one holds no reader of the other up. The read models of a store in `ledger` are in schemas
//! that begin with `ledger_`. The name needs no quotes in SQL ([`SchemaName`]). Statements are rewritten once
//! per store; one in `es` sends them as they are.
//!
//! # How it keeps the order of the log
//!
//! Positions are given when rows are written and seen when they are committed, so a reader that
//! asks for "everything greater than what I have" loses events:
//!
//! ```text
//! writer A   takes 7 ........................ commits 7
//! writer B            takes 8, commits 8
//! reader                                 reads 8            asks for > 8: 7 is lost
//! ```
//!
//! So an append says, before it takes its first position, that all of them will be greater than the
//! last one given; it says it with a shared lock that ends with its transaction. A reader looks at
//! these locks first and reads only what lies at or below the smallest. Nobody waits for anybody.
//!
//! # How conditions hold
//!
//! An append on a [`Condition`](es_core::Condition) must not miss an event that is on its way. So
//! whoever writes a tag holds a shared lock on it until its transaction ends, beside all others who
//! write it; a condition takes one tag of each of its items for itself, waits for those who write it,
//! and then looks, with a snapshot that holds what they wrote. Who comes later waits in turn, and
//! takes its positions after that. Costs to know of:
//!
//! - An item's first tag is the one that is locked. A rare one, such as `course:c1`, keeps nobody
//!   waiting; a hot one, such as `tenant:t1`, keeps all who write it waiting, one condition at a time.
//! - An item with types and no tags is matched by events that lock no tag. The condition waits for all
//!   appends that are under way and keeps all others out, and reads the log from `after` on. So does
//!   an append with more than 256 tags, without the reading.
//! - In the caller's own transaction the locks last until that ends. Two transactions that first write
//!   a tag and then rest on it deadlock, and the server ends one of them.
//!
//! # Appends and loads that meet
//!
//! A commit costs the server a write to its disk, whether it holds one append or two hundred. An append
//! that meets nobody goes out at once; while others are under way it waits for them and goes out in one
//! statement with whatever has gathered, and has its own verdict there. Loads of streams do the same.
//! There is no timer and nothing to switch on; it happens among the clones of one [`PgStore`]. What goes
//! by itself is told [there](PgStore).
//!
//! # Readers at the end of the log
//!
//! Who has read everything waits. One task of a process looks for all who wait, ten times a second, and
//! at once after an append of the process; without anybody waiting nobody looks. With
//! [`PgStore::with_notifications`] appends of other processes are heard of within milliseconds.
//!
//! # Histories
//!
//! [`PgStore::import`] stores what another system has written: appends as a stream, as fast as the
//! server takes them, with progress, and to be repeated wherever it ended.
//!
//! # Corrected streams
//!
//! [`TransformStore::transform`](es_core::TransformStore::transform) puts a corrected copy in the place
//! of a stream, in one transaction, as the role that migrates: an application's role cannot. What it
//! holds up for that time are appends to this stream, decisions on the tags of its copies, and readers
//! of the log, who wait behind it as behind any append. Before it begins to write, it reads all tags of
//! the store once.
//!
//! # Read models
//!
//! [`PgStore::projections`] keeps the rows of projections and how far these have come, beside the events;
//! [`PgProjections::new`] in a database of their own, which [`PgStore::migrate`] prepares as well. A batch
//! is one transaction: rows, checkpoints and what is set aside are there together or not at all.
//!
//! [`guide`] goes through all of it; [`PgStore::inline`] makes a projection a part of each append.
//!
//! Each version of a projection has a schema. That of the version that is read is called as the
//! projection, `-` and `.` written as `_`; all others have their number behind it:
//!
//! ```text
//! version 1 serves, 2 is built       top_ten      top_ten_v2
//! version 2 has taken its place      top_ten_v1   top_ten
//! ```
//!
//! A swap renames both in one transaction. Readers say `top_ten.score`, wait for nothing, and see the rows
//! of the one version, then those of the other; what they have prepared is planned anew by the server.
//! Where the new version gives a column another type, a statement that was prepared for the old one
//! fails once a session with *cached plan must not change result type*: name the columns, and give new
//! types new names. So does a handler whose session has said the same words for a table of that name
//! in another schema: its batch is done again in a session that has forgotten them.
//!
//! Names that share a schema are refused, and so is a schema that is there and is no projection's, a name
//! that SQL would find only in quotes, and one that differs from another only in case.
//!
//! Grants on the schema and on what is in it are carried over at a swap. A view, a foreign key or a
//! publication of the service would stay with the old tables; the swap waits while there is one, and
//! [`drop_version`](es_core::ProjectionStore::drop_version) refuses. [`guide::rebuilding`] has the list.
//! `search_path` begins with the schema in all handlers, and goes on as the session has it.
//!
//! The schema belongs to the role that made it, and only that one may rename it: all nodes run as one
//! role, as logins with `ALTER ROLE … SET role = es_writer` do. It needs `CREATE` on the database. Who
//! reads gets the right once, for whatever comes:
//!
//! ```sql
//! GRANT CREATE ON DATABASE ledger TO es_writer;
//! ALTER DEFAULT PRIVILEGES FOR ROLE es_writer GRANT USAGE ON SCHEMAS TO reporting;
//! ALTER DEFAULT PRIVILEGES FOR ROLE es_writer GRANT SELECT ON TABLES TO reporting;
//! ```
//!
//! A node that is paused in the middle of a batch keeps the rows that it has written locked, and vacuum
//! from what is younger, until its lease is over: then the server ends its session
//! (`idle_in_transaction_session_timeout`, set for the batch alone). Its slots are another one's by
//! then, and the message that would commit for it is one with the look at them. A handler that asks for
//! more rows than a socket holds, and is paused before it has read them, is no idle session: there the
//! limits of TCP hold.
//!
//! No lock outlives a transaction and nothing listens, so projections run behind a pooler too
//! ([`PgProjections::without_prepared_statements`]). Handlers may prepare statements there: a batch begins
//! with a session that has none of another connection's.
//!
//! What was dropped from what was set aside is in `es.dropped`, with the reason.
//!
//! # Rights
//!
//! Three roles, made by whoever administers the server; the login roles of services are members of
//! one of them. The owner needs `CREATE` on the database to make the schema `es`, or an administrator makes
//! it: `CREATE SCHEMA es AUTHORIZATION es_owner`.
//!
//! ```sql
//! CREATE ROLE es_owner;
//! CREATE ROLE es_writer;
//! CREATE ROLE es_reader;
//! GRANT CREATE ON DATABASE ledger TO es_owner;
//! ```
//!
//! What each of them may do is in `roles.sql` of this crate:
//!
//! ```sql
#![doc = include_str!("../roles.sql")]
//! ```
//!
//! # A service's own pool
//!
//! sqlx 0.9.0 gives a connection back to its pool inside of a transaction when the future of `begin`
//! is dropped, as a request with a time limit does. Whoever gets it next writes into a transaction
//! that nobody commits. The store ends such a transaction before it begins; for what the service
//! writes itself, [`PgStore::pool_options`] is the cure.
//!
//! # Behind a pooler
//!
//! pgbouncer in transaction mode hands every transaction to whichever session is free, and loses
//! prepared statements on the way. [`PgStore::without_prepared_statements`] works there; it costs two
//! round trips a statement, for a transaction that keeps the statement and its arguments together.
//! [`PgStore::migrate`] takes a direct connection. The driver sends a parameter that pgbouncer has to
//! be told of: `ignore_startup_parameters = extra_float_digits`.
//!
//! Statements that the service sends itself say `.persistent(false)` there, and the pool has connections
//! with `statement_cache_capacity(0)`: sqlx 0.9.0 names a statement in the session even where it keeps
//! none. Statements of handlers and in [`PgStore::transact`] need neither, since the session forgets
//! before them what the driver has named in it.
//!
//! # When the server goes away
//!
//! Appends and reads that were under way are answered with an error that
//! [is transient](es_core::StoreError::is_transient), and the pool connects again by itself. An append
//! may have been stored: sent again with the same event ids it is never stored twice.
//!
//! The service's own `statement_timeout` and `lock_timeout` hold for appends too, and nothing is stored
//! then. A `lock_timeout` is answered with an error that is transient, a `statement_timeout` with
//! [`StatementTimeout`](es_core::StoreErrorKind::StatementTimeout): sent again it would only be load.
//! So is a command on a standby or of a read-only role answered at once, with
//! [`ReadOnly`](es_core::StoreErrorKind::ReadOnly). Without them an append waits for a stream
//! for as long as its caller waits for the append.
//!
//! # Limits
//!
//! A log is read on the primary, or on a standby with the help of its primary: see
//! [`PgStore::with_log_replica`]. A standby alone does not know which appends are under way, and is
//! refused. So is a query, for its `safe`. Streams can be read anywhere; on a standby they end where it
//! has come to.
//!
//! What was acknowledged survives a crash of the server unless `synchronous_commit` is off. A restore
//! or a failover that loses events is told to the readers with [`PgStore::begin_incarnation`].
//!
//! An append can rest on 256 streams that it does not write to.
//!
//! # PostgreSQL
//!
//! Version 15 or later, tested on 15 and 18, in a database whose encoding is UTF8.
#![cfg_attr(not(test), warn(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod alone;
mod answer;
mod append;
mod append_lock;
mod chunks;
mod columns;
mod condition;
mod connections;
mod copies;
mod driven;
mod error;
mod event_tags;
mod gate;
mod group;
mod growth;
pub mod guide;
mod held_up;
mod import;
mod incarnation;
mod inline;
mod known;
mod loads;
mod locked;
mod log_end;
mod notifications;
mod prepared;
mod projections;
mod query;
mod read;
mod replica;
mod retag;
mod row;
mod run;
mod savepoint;
mod schema;
mod schema_name;
mod schema_owner;
mod select;
mod session;
mod size;
mod slices;
mod snapshots;
mod spans;
mod spares;
mod sql_name;
mod statements;
mod store;
mod stream_row;
mod tags;
mod transact;
mod transform;

/// The driver in whose types this crate speaks; choose its TLS in your own `Cargo.toml`.
pub use sqlx;

pub use import::{ImportError, Imported};
pub use inline::InlineError;
pub use projections::{HasDependents, PgBatch, PgProjections};
pub use schema_name::{InvalidSchemaName, SchemaName};
pub use schema_owner::ForeignSchema;
pub use store::PgStore;
pub use transact::PgUnitOfWork;

/// The repository's README: its code compiles and its first aggregate passes its test.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;
