//! A connection reserved for one piece of work.

mod chained;
mod guarded;

use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use es_core::StoreError;
use futures_util::FutureExt;
use sqlx::postgres::{PgArguments, PgRow, PgTransactionManager};
use sqlx::query::Query;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, Postgres};
use sqlx_core::transaction::TransactionManager;
use tokio::time::Instant;

use self::guarded::Guard;
use crate::error::{Failed, from_sqlx};
use crate::pool::database::Database;
use crate::pool::warm_pool::{Connections, Held};

/// A connection of the pool. Where statements are not prepared it is in a transaction: the driver
/// sends an unnamed statement in one round trip and its arguments in the next, and only a
/// transaction keeps a pooler from putting another session in between.
pub(crate) struct Session {
    /// The connection, taken out at the end of the session.
    connection: Option<Held>,
    /// True if a transaction has been begun, or half begun, and not ended.
    in_transaction: bool,
    guard: Guard,
    /// True if the session itself writes nothing outside of the transaction, until a commit of the
    /// framework's own has reverted that.
    is_read_only: bool,
    /// The moment at which the connection was taken.
    since: Instant,
}

impl Database {
    /// A connection on which each statement sees everything that is committed when it begins.
    pub(crate) async fn session(&self) -> Result<Session, StoreError> {
        Session::open(&self.connections, self.persistent).await
    }

    /// All rows of one statement, which is read whether or not the caller polls.
    pub(crate) async fn rows_of(
        &self,
        query: Query<'static, Postgres, PgArguments>,
    ) -> Result<Vec<PgRow>, StoreError> {
        self.rows_while(query, ()).await
    }

    /// All rows, like [`rows_of`](Self::rows_of); `held` is dropped when they are read.
    pub(crate) async fn rows_while<G: Send + 'static>(
        &self,
        query: Query<'static, Postgres, PgArguments>,
        held: G,
    ) -> Result<Vec<PgRow>, StoreError> {
        let (connections, persistent) = (Arc::clone(&self.connections), self.persistent);
        let handovers = Arc::clone(&self.connections.handovers);
        let reading = handovers.drive(async move {
            let rows = rows_on(&connections, persistent, query).await;
            drop(held);
            rows
        });
        reading.await
    }

    /// All rows, like [`rows_of`](Self::rows_of), for code that runs on a task already.
    pub(crate) async fn rows_on_this_task(
        &self,
        query: Query<'static, Postgres, PgArguments>,
    ) -> Result<Vec<PgRow>, StoreError> {
        rows_on(&self.connections, self.persistent, query).await
    }
}

async fn rows_on(
    connections: &Arc<Connections>,
    persistent: bool,
    query: Query<'static, Postgres, PgArguments>,
) -> Result<Vec<PgRow>, StoreError> {
    let mut session = Session::open(connections, persistent).await?;
    let rows = query.fetch_all(&mut *session).await.map_err(from_sqlx);
    let rows = rows.map_err(|error| session.failed(error))?;
    session.end().await?;
    Ok(rows)
}

impl Session {
    /// The session of a connection whose transaction is about to be begun.
    fn in_transaction(connection: Held) -> Self {
        Self {
            connection: Some(connection),
            in_transaction: true,
            guard: Guard::None,
            is_read_only: false,
            since: Instant::now(),
        }
    }

    /// Opens a session on one of `connections`, in a transaction if statements are not
    /// `persistent`.
    pub(crate) async fn open(
        connections: &Arc<Connections>,
        persistent: bool,
    ) -> Result<Self, StoreError> {
        let connection = connections.take().await?;
        let in_transaction = !persistent;
        let mut session = Self {
            connection: Some(connection),
            in_transaction,
            guard: Guard::None,
            is_read_only: false,
            since: Instant::now(),
        };
        if session.in_transaction {
            session.execute("BEGIN ISOLATION LEVEL READ COMMITTED").await.map_err(from_sqlx)?;
        }
        Ok(session)
    }

    /// Opens a session on one of `connections`, in the transaction that `opening` begins: several
    /// statements in one message, between which no other can come.
    pub(crate) async fn begin(
        connections: &Arc<Connections>,
        opening: String,
    ) -> Result<Self, StoreError> {
        let mut session = Self::in_transaction(connections.take().await?);
        sqlx::raw_sql(AssertSqlSafe(opening)).execute(&mut *session).await.map_err(from_sqlx)?;
        Ok(session)
    }

    /// Opens a session in a transaction of the service's own: a transaction that is begun in it is
    /// a savepoint.
    pub(crate) async fn begin_for_service(store: &Database) -> Result<Self, StoreError> {
        let mut session = Self::in_transaction(store.connections.take().await?);
        let begun = session.begin_with("BEGIN ISOLATION LEVEL READ COMMITTED").await;
        // Ended by what the session does itself.
        std::mem::forget(begun.map_err(from_sqlx)?);
        store.forget_prepared(&mut session).await.map_err(from_sqlx)?;
        Ok(session)
    }

    /// Makes the driver end the empty transaction that it believes to be in, without waiting for
    /// the answer.
    fn leave(&mut self) {
        PgTransactionManager::start_rollback(self);
        // On its way; whoever uses the connection next hears the answer.
        let _ = Connection::flush(&mut **self).now_or_never();
    }

    /// Keeps the connection, which is in no transaction, for the next use.
    fn keep(&mut self) {
        if PgTransactionManager::get_transaction_depth(self) > 0 {
            // A handler has left a transaction open: the connection is closed.
            return;
        }
        self.in_transaction = false;
        if let Some(connection) = self.connection.take() {
            connection.keep();
        }
    }

    /// Returns the failure of a statement. If the connection is the cause, it is closed at the end
    /// of the session, so that the same statement is prepared anew when it is sent again.
    pub(crate) fn failed<E: Failed>(&mut self, error: E) -> E {
        if error.is_stale_plan() {
            self.retire();
        }
        error
    }

    fn retire(&mut self) {
        if let Some(connection) = &mut self.connection {
            connection.close_on_drop();
        }
    }

    /// Commits the work. For a session whose statements were all answered.
    pub(crate) async fn end(self) -> Result<(), StoreError> {
        self.end_after(Ok(())).await
    }

    /// Ends the session like [`end`](Self::end), after a statement that may have failed, with its
    /// outcome. After a failed statement there is nothing to commit.
    pub(crate) async fn end_after<T, E: From<StoreError> + Failed>(
        mut self,
        outcome: Result<T, E>,
    ) -> Result<T, E> {
        if outcome.as_ref().is_err_and(Failed::is_stale_plan) {
            self.retire();
        }
        if self.in_transaction {
            self.execute("COMMIT").await.map_err(from_sqlx)?;
            self.in_transaction = false;
        }
        if let Some(connection) = self.connection.take().filter(|_| outcome.is_ok()) {
            connection.keep();
        }
        outcome
    }
}

impl Deref for Session {
    type Target = PgConnection;

    fn deref(&self) -> &PgConnection {
        match &self.connection {
            Some(connection) => connection,
            None => unreachable!("a session that has ended is gone"),
        }
    }
}

impl DerefMut for Session {
    fn deref_mut(&mut self) -> &mut PgConnection {
        match &mut self.connection {
            Some(connection) => connection,
            None => unreachable!("a session that has ended is gone"),
        }
    }
}

/// Closes the connection of a future that is dropped half way: the pool never hands out a
/// connection that is inside of a transaction.
impl Drop for Session {
    fn drop(&mut self) {
        if let Some(connection) = self.connection.as_mut().filter(|_| self.in_transaction) {
            connection.close_on_drop();
        }
    }
}
