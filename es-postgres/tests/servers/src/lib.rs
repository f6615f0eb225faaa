//! Servers of one test alone, for the tests of this repository that crash, copy or replace a server.
//!
//! A [`TestServer`] is a PostgreSQL from the programs of this machine; a [`TestPooler`] is a pgbouncer before
//! it. A test that needs no more than an empty database uses `es_testing::postgres::TestDatabase`, which is
//! for users too and is all that is published.

#![cfg(unix)]

// The directories and the programs are found by the rules of the server that es-testing starts. Its files
// are compiled here once more, since nothing of them is for its users.
#[path = "../../../../es-testing/src/postgres/binaries.rs"]
mod binaries;
#[path = "../../../../es-testing/src/postgres/home.rs"]
mod home;
#[path = "../../../../es-testing/src/postgres/lock.rs"]
mod lock;
mod pooler;
#[path = "../../../../es-testing/src/postgres/program.rs"]
mod program;
mod server;

pub use pooler::TestPooler;
pub use server::TestServer;
