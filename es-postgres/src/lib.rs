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
//! # Rights
//!
//! [`PgStore::migrate`] needs a role that may create a schema, until there is nothing to migrate. A
//! service needs no more than this; its history it can neither change nor delete:
//!
//! ```sql
//! GRANT USAGE ON SCHEMA es TO service;
//! GRANT SELECT, INSERT ON es.streams, es.events, es.tags TO service;
//! GRANT SELECT ON es.log, es._migrations TO service;
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
//! So is a query, for its `safe`. Streams can be read anywhere. An append can rest on 256 streams that it does not write to.
//!
//! # PostgreSQL
//!
//! Version 15 or later, tested on 15 and 18, in a database whose encoding is UTF8.
#![cfg_attr(not(test), warn(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod alone;
mod answer;
mod append;
mod chunks;
mod columns;
mod condition;
mod error;
mod group;
mod known;
mod loads;
mod locked;
mod query;
mod read;
mod row;
mod schema;
mod size;
mod spans;
mod store;
mod tags;

/// The driver in whose types this crate speaks; choose its TLS in your own `Cargo.toml`.
pub use sqlx;

pub use store::PgStore;

/// The repository's README: its code compiles and its first aggregate passes its test.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;
