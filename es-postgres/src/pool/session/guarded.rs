//! The transaction of a batch, while code of the service has its connection.

use es_core::{ProjectionId, StoreError};
use sqlx::postgres::PgTransactionManager;
use sqlx::{AssertSqlSafe, Connection, Executor};
use sqlx_core::transaction::TransactionManager;

use super::Session;
use crate::error::from_sqlx;
use crate::pool::database::Database;
use crate::pool::warm_pool::Held;
use crate::schema::statements::Schema;

/// The cursor that keeps handlers from committing.
pub(super) const GUARD: &str = "es_guard";

/// Makes the session read-only outside of the transaction. Remembers the setting of the service, if
/// it differs from the default of every session.
const READ_ONLY: &str = "BEGIN; \
    SELECT set_config('event_store.read_only', current_setting('default_transaction_read_only'), false); \
    RESET default_transaction_read_only; \
    SELECT set_config('event_store.read_only', '', false) \
     WHERE current_setting('event_store.read_only') = current_setting('default_transaction_read_only'); \
    SET default_transaction_read_only = on; \
    COMMIT;";

/// Restores the setting before [`READ_ONLY`]. The default of every session is not set: it goes on
/// following the configuration of the server.
const AS_BEFORE: &str = "RESET default_transaction_read_only; \
    SELECT set_config('default_transaction_read_only', current_setting('event_store.read_only'), false) \
     WHERE current_setting('event_store.read_only', true) <> '';";

/// The guard that keeps a transaction the framework's while code of the service has its connection.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Guard {
    /// No guard: only the framework has the connection.
    None,
    /// A cursor that makes a COMMIT fail. Statements after a ROLLBACK are written if the session is
    /// not read-only.
    Cursor,
}

/// The statement that puts up the guard. Names of projections are letters, digits and `-_.`.
pub(super) fn guard(schema: &Schema, projection: &ProjectionId) -> String {
    format!(
        "DECLARE {GUARD} NO SCROLL CURSOR WITH HOLD FOR SELECT {es}.guard('{projection}')",
        es = schema.name(),
    )
}

impl Session {
    /// Guards a transaction on the connection, so that it can be handed to code of the service: the
    /// handlers of `projection`.
    ///
    /// The driver knows of it, so that a transaction that is begun in it is a savepoint. A commit
    /// by any code other than [`close_with`](Self::close_with) fails in the server. If the session
    /// belongs to this connection alone, nothing can be written in it outside of the transaction,
    /// so that statements after a ROLLBACK have no effect, either.
    pub(crate) async fn begin_guarded(
        store: &Database,
        connection: Held,
        projection: &ProjectionId,
    ) -> Result<Self, StoreError> {
        let mut session = Self::in_transaction(connection);
        (session.guard, session.is_read_only) = (Guard::Cursor, store.persistent);
        let read_only = if session.is_read_only { READ_ONLY } else { "" };
        let opening = format!(
            "{read_only} BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE; {guard}",
            guard = guard(&store.schema, projection),
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

    /// The statement that lets the session write again with the commit. A rollback reverts this as
    /// well, so it is part of every statement that ends the session, until one has succeeded.
    fn reopening(&self) -> &'static str {
        if self.is_read_only { AS_BEFORE } else { "" }
    }

    /// Ends the transaction with `closing`, in one message. If that fails nothing is committed.
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
                drop(self.rollback().await);
                Err(error)
            }
            Err(error) => Err(error),
        }
    }

    /// Rolls back the transaction. A failure may have been caused by a statement prepared under
    /// another `search_path`, so prepared statements are forgotten too.
    pub(crate) async fn rollback(mut self) -> Result<(), StoreError> {
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
}
