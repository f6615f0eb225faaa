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
//! # PostgreSQL
//!
//! Version 15 or later. Tested on 15.
#![cfg_attr(not(test), warn(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod alone;
mod append;
mod columns;
mod error;
mod locked;
mod read;
mod row;
mod schema;
mod spans;
mod store;

/// The driver in whose types this crate speaks; choose its TLS in your own `Cargo.toml`.
pub use sqlx;

pub use store::PgStore;

/// The repository's README: its code compiles and its first aggregate passes its test.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;
