//! A connection for one piece of work, and for nobody else until it is done.

use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use es_core::{ProjectionId, StoreError};
use futures_util::FutureExt;
use sqlx::postgres::{PgArguments, PgRow, PgTransactionManager};
use sqlx::query::Query;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, Postgres};
use sqlx_core::transaction::TransactionManager;

use crate::connections::{Connections, Held};
use crate::error::{Failed, from_sqlx};
use crate::store::PgStore;

/// The cursor that keeps handlers from committing.
const GUARD: &str = "es_guard";

/// The session writes nothing. Remembers what the service has set for it, if that is not what every
/// session begins with.
const READ_ONLY: &str = "BEGIN; \
    SELECT set_config('event_store.read_only', current_setting('default_transaction_read_only'), false); \
    RESET default_transaction_read_only; \
    SELECT set_config('event_store.read_only', '', false) \
     WHERE current_setting('event_store.read_only') = current_setting('default_transaction_read_only'); \
    SET default_transaction_read_only = on; \
    COMMIT;";

/// Gives back what was there before [`READ_ONLY`]. What every session begins with is not set: it goes
/// on following the configuration of the server.
const AS_BEFORE: &str = "RESET default_transaction_read_only; \
    SELECT set_config('default_transaction_read_only', current_setting('event_store.read_only'), false) \
     WHERE current_setting('event_store.read_only', true) <> '';";

/// A connection of the pool. Where statements are not prepared it is in a transaction: the driver
/// sends an unnamed statement in one round trip and its arguments in the next, and only a
/// transaction keeps a pooler from putting another session in between.
pub(crate) struct Session {
    /// Taken out at its end.
    connection: Option<Held>,
    /// Whether a transaction has been begun, or half begun, and not ended.
    in_transaction: bool,
    guard: Guard,
    /// True if the session itself writes nothing outside of the transaction, until a commit of the framework's
    /// has taken that back.
    is_read_only: bool,
}

/// The guard that keeps a transaction the framework's while code of the service has its connection.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Guard {
    /// Nobody else has it.
    None,
    /// A COMMIT fails. What follows a ROLLBACK is written where the session is not read-only.
    Cursor,
}

impl PgStore {
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

    /// All rows, like [`rows_of`](Self::rows_of); `held` is let go of when they are read.
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

    /// All rows, like [`rows_of`](Self::rows_of), for what runs on a task already.
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
    /// One of `connections`, in a transaction if statements are not `persistent`.
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
        };
        if session.in_transaction {
            session.execute("BEGIN ISOLATION LEVEL READ COMMITTED").await.map_err(from_sqlx)?;
        }
        Ok(session)
    }

    /// One of `connections`, in the transaction that `opening` begins: several statements in one
    /// message, between which nothing can come.
    pub(crate) async fn begin(
        connections: &Arc<Connections>,
        opening: String,
    ) -> Result<Self, StoreError> {
        let connection = Some(connections.take().await?);
        let mut session =
            Self { connection, in_transaction: true, guard: Guard::None, is_read_only: false };
        sqlx::raw_sql(AssertSqlSafe(opening)).execute(&mut *session).await.map_err(from_sqlx)?;
        Ok(session)
    }

    /// A connection of the store, in a transaction that is the service's own: what is begun in it is a
    /// savepoint.
    pub(crate) async fn begin_for_service(store: &PgStore) -> Result<Self, StoreError> {
        let connection = Some(store.connections.take().await?);
        let mut session =
            Self { connection, in_transaction: true, guard: Guard::None, is_read_only: false };
        let begun = session.begin_with("BEGIN ISOLATION LEVEL READ COMMITTED").await;
        // Ended by what the session does itself.
        std::mem::forget(begun.map_err(from_sqlx)?);
        store.forget_prepared(&mut session).await.map_err(from_sqlx)?;
        Ok(session)
    }

    /// That connection, in a transaction that code of the service may be handed, whose handlers are those of
    /// `projection`.
    ///
    /// The driver knows of it, so that a transaction that is begun in it is a savepoint. A commit by
    /// anybody else than [`close_with`](Self::close_with) fails in the server. Where the session is this
    /// connection's alone, nothing can be written in it outside of the transaction, so that what follows a
    /// ROLLBACK comes to nothing, too.
    pub(crate) async fn begin_guarded(
        store: &PgStore,
        connection: Held,
        projection: &ProjectionId,
    ) -> Result<Self, StoreError> {
        let connection = Some(connection);
        let is_read_only = store.persistent;
        let mut session =
            Self { connection, in_transaction: true, guard: Guard::Cursor, is_read_only };
        let read_only = if is_read_only { READ_ONLY } else { "" };
        // Names of projections are letters, digits and `-_.`.
        let opening = format!(
            "{read_only} BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE; \
             DECLARE {GUARD} NO SCROLL CURSOR WITH HOLD FOR SELECT {es}.guard('{projection}')",
            es = store.schema.name(),
        );
        let begun = session.begin_with(AssertSqlSafe(opening)).await.map_err(from_sqlx)?;
        // Ended by what the session does itself.
        std::mem::forget(begun);
        store.forget_prepared(&mut session).await.map_err(from_sqlx)?;
        Ok(session)
    }

    /// Ends the guard: from here on the connection is the framework's again.
    ///
    /// # Errors
    ///
    /// If the guard is gone, and with it the transaction that was begun.
    pub(crate) async fn unguard(&mut self) -> Result<(), sqlx::Error> {
        if self.guard != Guard::None {
            let open = format!("CLOSE {GUARD}; {}", self.reopening());
            self.execute(AssertSqlSafe(open)).await?;
            self.guard = Guard::None;
        }
        Ok(())
    }

    /// With the commit the session writes again what it is told to. A rollback undoes this as well, so
    /// it is said in whatever ends the session, until that has ended well.
    fn reopening(&self) -> &'static str {
        if self.is_read_only { AS_BEFORE } else { "" }
    }

    /// Ends the transaction with `closing`, in one message as well. Where that fails there was none.
    pub(crate) async fn close_with(mut self, closing: &str) -> Result<(), sqlx::Error> {
        let is_known = PgTransactionManager::get_transaction_depth(&self) > 0;
        let open = match self.guard {
            Guard::None => self.reopening().to_owned(),
            Guard::Cursor => format!("CLOSE {GUARD}; {}", self.reopening()),
        };
        // The driver's own end of a transaction is another message, which may be kept waiting. So the
        // empty one that follows is left to it.
        let commit = if is_known { "COMMIT AND CHAIN" } else { "COMMIT" };
        let closing = format!("{open} {closing}; {commit}");
        match self.execute(AssertSqlSafe(closing)).await {
            Ok(_) => {
                self.guard = Guard::None;
                self.is_read_only = false;
                if is_known {
                    self.leave();
                }
                self.keep();
                Ok(())
            }
            Err(error @ sqlx::Error::Database(_)) => {
                // One that ended the session fails here too, and says less.
                drop(self.undo().await);
                Err(error)
            }
            Err(error) => Err(error),
        }
    }

    /// Undoes what was done since the transaction began. A failure may have come of what was prepared
    /// under another `search_path`, so that is forgotten too.
    pub(crate) async fn undo(mut self) -> Result<(), StoreError> {
        let undo = match PgTransactionManager::get_transaction_depth(&self) {
            0 if !self.is_read_only => "ROLLBACK".to_owned(),
            0 => format!("ROLLBACK; BEGIN; {} COMMIT", self.reopening()),
            _ => format!("ROLLBACK; BEGIN; {} COMMIT AND CHAIN", self.reopening()),
        };
        self.execute(AssertSqlSafe(undo)).await.map_err(from_sqlx)?;
        self.guard = Guard::None;
        self.is_read_only = false;
        if PgTransactionManager::get_transaction_depth(&self) > 0 {
            self.leave();
        }
        if self.cached_statements_size() > 0 {
            self.clear_cached_statements().await.map_err(from_sqlx)?;
        }
        self.keep();
        Ok(())
    }

    /// Has the driver end the transaction that it believes to be in, an empty one, without waiting for
    /// the answer.
    fn leave(&mut self) {
        PgTransactionManager::start_rollback(self);
        // On its way; whoever uses the connection next hears the answer.
        let _ = Connection::flush(&mut **self).now_or_never();
    }

    /// Keeps the connection, which is in no transaction, for whoever comes next.
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

    /// The session ends with a failure: the connection is closed where it is to blame, so that the same
    /// statement is prepared anew when it is sent again.
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

    /// Makes what was done permanent. For a session whose statements were all answered.
    pub(crate) async fn end(self) -> Result<(), StoreError> {
        self.end_after(Ok(())).await
    }

    /// As [`end`](Self::end), after a statement that may have failed, with its outcome. After one that
    /// failed there is nothing to make permanent.
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

/// A future that is dropped half way takes its connection along: nobody gets one from the pool that
/// is inside of a transaction.
impl Drop for Session {
    fn drop(&mut self) {
        if let Some(connection) = self.connection.as_mut().filter(|_| self.in_transaction) {
            connection.close_on_drop();
        }
    }
}
