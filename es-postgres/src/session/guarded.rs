//! The transaction of a batch, while code of the service has its connection.

use es_core::{ProjectionId, StoreError};
use sqlx::postgres::PgTransactionManager;
use sqlx::{AssertSqlSafe, Connection, Executor};
use sqlx_core::transaction::TransactionManager;

use super::Session;
use crate::connections::Held;
use crate::error::from_sqlx;
use crate::statements::Schema;
use crate::store::PgStore;

/// The cursor that keeps handlers from committing.
pub(super) const GUARD: &str = "es_guard";

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

/// The guard that keeps a transaction the framework's while code of the service has its connection.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Guard {
    /// Nobody else has it.
    None,
    /// A COMMIT fails. What follows a ROLLBACK is written where the session is not read-only.
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
}
