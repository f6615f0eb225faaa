//! A fresh PostgreSQL database for each test, on a server that is found or started.
//!
//! Requires the feature `postgres`.
//!
//! ```no_run
//! use es_testing::postgres::TestDatabase;
//!
//! # async fn example() {
//! let database = TestDatabase::create().await;
//! println!("{}", database.url());
//! // Dropped with the guard, also when the test panics.
//! # }
//! ```
//!
//! # Where the server comes from
//!
//! 1. `ES_TEST_DATABASE_URL`, or else `DATABASE_URL`: that server. Only the new database is touched.
//! 2. The binaries of a PostgreSQL on this machine: `$ES_PG_BIN`, what `pg_config --bindir` says, the
//!    highest version that Debian or Homebrew installed, or `PATH`. They run a throw-away server on a
//!    socket in the temporary directory, without a port. All test processes of a user share one; it
//!    goes away shortly after the last of them.
//! 3. Neither: the test fails, and says how to get one. It is never skipped.

mod binaries;
#[cfg(unix)]
mod cluster;
mod database;
#[cfg(unix)]
mod home;
#[cfg(unix)]
mod lock;
#[cfg(unix)]
mod program;
mod server;

pub use database::TestDatabase;
