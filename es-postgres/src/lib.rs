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
//! # Rights
//!
//! [`PgStore::migrate`] needs a role that may create a schema, until there is nothing to migrate. A
//! service needs no more than this; its history it can neither change nor delete. Snapshots are a
//! cache, which may be emptied at any time:
//!
//! ```sql
//! GRANT USAGE ON SCHEMA es TO service;
//! GRANT SELECT, INSERT ON es.streams, es.events TO service;
//! GRANT SELECT ON es.log, es._migrations TO service;
//! GRANT SELECT, INSERT, UPDATE, DELETE ON es.snapshots TO service;
//! GRANT SELECT, USAGE ON SEQUENCE es.events_position_seq TO service;
//! ```
//!
//! # A service's own pool
//!
//! sqlx 0.9.0 gives a connection back to its pool inside of a transaction when the future of `begin`
//! is dropped, as a request with a time limit does. Whoever gets it next writes into a transaction
//! that nobody commits, and that may be an append. [`PgStore::pool_options`] is the cure for pools
//! whose users drop futures; what the store itself does cannot be caught like this.
//!
//! # Limits
//!
//! A log is read on the primary: a standby does not know which appends are under way, and is refused.
//! Streams can be read anywhere. An append can rest on 256 streams that it does not write to.
//!
//! # PostgreSQL
//!
//! Version 15 or later, tested on 15 and 18, in a database whose encoding is UTF8.
#![cfg_attr(not(test), warn(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod alone;
mod append;
mod columns;
mod error;
mod loads;
mod locked;
mod read;
mod row;
mod schema;
mod snapshots;
mod spans;
mod store;

/// The driver in whose types this crate speaks; choose its TLS in your own `Cargo.toml`.
pub use sqlx;

pub use store::PgStore;

/// The repository's README: its code compiles and its first aggregate passes its test.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;
