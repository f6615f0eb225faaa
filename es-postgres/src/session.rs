//! A connection for one piece of work, and for nobody else until it is done.

use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use es_core::StoreError;
use sqlx::postgres::{PgArguments, PgRow};
use sqlx::query::Query;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, Postgres};

use crate::connections::{Connections, Held};
use crate::driven::driven;
use crate::error::from_sqlx;
use crate::store::PgStore;

/// A connection of the pool. Where statements are not prepared it is in a transaction: the driver
/// sends an unnamed statement in one round trip and its arguments in the next, and only a
/// transaction keeps a pooler from putting another session in between.
pub(crate) struct Session {
    /// Taken out at its end.
    connection: Option<Held>,
    /// Whether a transaction has been begun, or half begun, and not ended.
    in_transaction: bool,
}

impl PgStore {
    /// A connection on which each statement sees everything that is committed when it begins.
    pub(crate) async fn session(&self) -> Result<Session, StoreError> {
        Session::open(&self.connections, self.persistent).await
    }

    /// All rows of one statement, read on a task.
    pub(crate) async fn rows_of(
        &self,
        query: Query<'static, Postgres, PgArguments>,
    ) -> Result<Vec<PgRow>, StoreError> {
        self.rows_while(query, ()).await
    }

    /// As [`rows_of`](Self::rows_of); `held` is let go of when they are read.
    pub(crate) async fn rows_while<G: Send + 'static>(
        &self,
        query: Query<'static, Postgres, PgArguments>,
        held: G,
    ) -> Result<Vec<PgRow>, StoreError> {
        let (connections, persistent) = (Arc::clone(&self.connections), self.persistent);
        driven(async move {
            let rows = rows_on(&connections, persistent, query).await;
            drop(held);
            rows
        })
        .await
    }

    /// As [`rows_of`](Self::rows_of), for what runs on a task already.
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
    let rows = query.fetch_all(&mut *session).await.map_err(from_sqlx)?;
    session.end().await?;
    Ok(rows)
}

impl Session {
    /// One of `connections`, in a transaction if statements are not `persistent`.
    pub(crate) async fn open(
        connections: &Arc<Connections>,
        persistent: bool,
    ) -> Result<Self, StoreError> {
        let connection = connections.take().await?;
        let mut session = Self { connection: Some(connection), in_transaction: !persistent };
        if session.in_transaction {
            session.execute("BEGIN ISOLATION LEVEL READ COMMITTED").await.map_err(from_sqlx)?;
        }
        Ok(session)
    }

    /// One of `connections`, in the transaction that `opening` begins: several statements in one
    /// message, between which nothing can come. With the rows that they answer.
    pub(crate) async fn begin(
        connections: &Arc<Connections>,
        opening: String,
    ) -> Result<(Self, Vec<PgRow>), StoreError> {
        let connection = connections.take().await?;
        let mut session = Self { connection: Some(connection), in_transaction: true };
        let rows = sqlx::raw_sql(AssertSqlSafe(opening)).fetch_all(&mut *session).await;
        Ok((session, rows.map_err(from_sqlx)?))
    }

    /// Ends the transaction with `closing`, in one message as well. Where that fails there was none.
    pub(crate) async fn close_with(mut self, closing: String) -> Result<(), sqlx::Error> {
        match self.execute(AssertSqlSafe(closing)).await {
            Ok(_) => {
                self.keep();
                Ok(())
            }
            Err(error @ sqlx::Error::Database(_)) => {
                // One that ended the session fails here too, and says less.
                if self.execute("ROLLBACK").await.is_ok() {
                    self.keep();
                }
                Err(error)
            }
            Err(error) => Err(error),
        }
    }

    /// Undoes what was done since the transaction began. A failure may have come of what was prepared
    /// under another `search_path`, so that is forgotten too.
    pub(crate) async fn undo(mut self) -> Result<(), StoreError> {
        self.execute("ROLLBACK").await.map_err(from_sqlx)?;
        if self.cached_statements_size() > 0 {
            self.clear_cached_statements().await.map_err(from_sqlx)?;
        }
        self.keep();
        Ok(())
    }

    /// Keeps the connection, which is in no transaction, for whoever comes next.
    fn keep(&mut self) {
        self.in_transaction = false;
        if let Some(connection) = self.connection.take() {
            connection.keep();
        }
    }

    /// Makes what was done permanent. For a session whose statements were all answered.
    pub(crate) async fn end(self) -> Result<(), StoreError> {
        self.end_after(Ok(())).await
    }

    /// As [`end`](Self::end), after a statement that may have failed, with its outcome. After one that
    /// failed there is nothing to make permanent.
    pub(crate) async fn end_after<T, E: From<StoreError>>(
        mut self,
        outcome: Result<T, E>,
    ) -> Result<T, E> {
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

/// A future that is dropped half way takes its connection along: nobody gets one from the pool that
/// is inside of a transaction.
impl Drop for Session {
    fn drop(&mut self) {
        if let Some(connection) = self.connection.as_mut().filter(|_| self.in_transaction) {
            connection.close_on_drop();
        }
    }
}
