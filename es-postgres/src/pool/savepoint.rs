//! A savepoint in the caller's transaction that can be dropped at any moment.
//!
//! sqlx counts how deep a connection is in transactions, and a `begin` that is dropped before it is
//! answered rolls back one level more than it has begun: the caller's own transaction is then over, what
//! was written in it is lost, and what follows commits by itself. So the future that begins is never
//! dropped half way: it is forgotten, and leaves a savepoint that nobody names.
//!
//! ```text
//! depth 1   SAVEPOINT, forgotten               caller goes on at depth 1
//! depth 1   SAVEPOINT ── 2 ── dropped          ROLLBACK TO SAVEPOINT, depth 1
//! depth 1   SAVEPOINT ── 2 ── RELEASE, dropped ROLLBACK TO SAVEPOINT fails: the transaction is unusable
//! ```
//!
//! A handler that begins within a savepoint and is dropped half way ends that one and the one around it:
//! the driver rolls back once for what begins and once for what would have begun. So handlers run in two.

use std::mem::ManuallyDrop;
use std::ops::{Deref, DerefMut};

use es_core::StoreError;
use sqlx::{Database, PgConnection, Postgres};
use sqlx_core::transaction::TransactionManager;

use crate::error::from_sqlx;

type Manager = <Postgres as Database>::TransactionManager;

/// A savepoint. Dropped, it is undone with the next statement on the connection.
pub(crate) struct Savepoint<'c> {
    connection: &'c mut PgConnection,
    /// The transaction depth of the connection before.
    depth: usize,
}

impl<'c> Savepoint<'c> {
    /// Begins a savepoint within the transaction that `connection` is in.
    pub(crate) async fn begin(connection: &'c mut PgConnection) -> Result<Self, StoreError> {
        let depth = Manager::get_transaction_depth(connection);
        let mut beginning = ManuallyDrop::new(Box::pin(Manager::begin(connection, None)));
        let done = beginning.as_mut().await;
        drop(ManuallyDrop::into_inner(beginning));
        done.map_err(from_sqlx)?;
        Ok(Self { connection, depth })
    }

    /// Keeps the work since the savepoint, for the transaction to commit.
    pub(crate) async fn release(self) -> Result<(), StoreError> {
        Manager::commit(self.connection).await.map_err(from_sqlx)
    }

    /// Rolls back to the savepoint, also after a failed statement.
    pub(crate) async fn rollback(self) -> Result<(), StoreError> {
        Manager::rollback(self.connection).await.map_err(from_sqlx)
    }
}

impl Drop for Savepoint<'_> {
    fn drop(&mut self) {
        while Manager::get_transaction_depth(self.connection) > self.depth {
            Manager::start_rollback(self.connection);
        }
    }
}

impl Deref for Savepoint<'_> {
    type Target = PgConnection;

    fn deref(&self) -> &PgConnection {
        self.connection
    }
}

impl DerefMut for Savepoint<'_> {
    fn deref_mut(&mut self) -> &mut PgConnection {
        self.connection
    }
}
