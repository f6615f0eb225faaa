//! The end of one transaction and the beginning of the next in one message.

use std::time::Duration;

use es_core::ProjectionId;
use futures_util::TryStreamExt;
use sqlx::postgres::{PgRow, PgTransactionManager};
use sqlx::{AssertSqlSafe, Either};
use sqlx_core::transaction::TransactionManager;

use super::Session;
use super::guarded::{GUARD, Guard, guard};
use crate::schema::statements::Schema;

/// The maximum time for which a connection goes from one transaction to the next. Then it goes back
/// to the pool, for others that wait for it.
const LONGEST: Duration = Duration::from_millis(100);

impl Session {
    /// True if its next transaction may follow on this one. False behind a pooler, which gives its
    /// connections to other clients between transactions; while another task may be waiting for the
    /// connection; and if a handler has left a savepoint.
    pub(crate) fn may_go_on(&self) -> bool {
        self.is_read_only
            && PgTransactionManager::get_transaction_depth(self) == 1
            && self.since.elapsed() < LONGEST
            && self.connection.as_ref().is_some_and(|connection| !connection.is_wanted())
    }

    /// Ends the transaction with these statements, like [`close_with`](Self::close_with), and begins the next
    /// one for handlers of `projection` with `opening`, of which the rows are answered. `None` where that
    /// one could not be begun: the first one has ended all the same.
    ///
    /// ```text
    /// CLOSE guard; closing; COMMIT AND CHAIN; DECLARE guard; opening
    /// └─ fails: nothing is kept ─┘           └─ fails: it is kept, and nothing is begun
    /// ```
    pub(crate) async fn go_on(
        mut self,
        closing: &[String],
        schema: &Schema,
        projection: &ProjectionId,
        opening: &str,
    ) -> Result<Option<(Self, Vec<PgRow>)>, sqlx::Error> {
        let mut statements = Vec::with_capacity(closing.len() + 4);
        if self.guard == Guard::Cursor {
            statements.push(format!("CLOSE {GUARD}"));
        }
        statements.extend_from_slice(closing);
        statements.push("COMMIT AND CHAIN".to_owned());
        let until_committed = statements.len();
        statements.push(guard(schema, projection));
        statements.push(opening.to_owned());

        let (mut ended, mut rows) = (0, Vec::new());
        let outcome = {
            let script = sqlx::raw_sql(AssertSqlSafe(statements.join("; ")));
            let mut answers = script.fetch_many(&mut *self);
            loop {
                match answers.try_next().await {
                    Ok(Some(Either::Left(_))) => ended += 1,
                    Ok(Some(Either::Right(row))) if ended >= until_committed => rows.push(row),
                    Ok(Some(Either::Right(_))) => {}
                    Ok(None) => break Ok(()),
                    Err(error) => break Err(error),
                }
            }
        };
        self.guard = Guard::Cursor;
        match outcome {
            Ok(()) => Ok(Some((self, rows))),
            Err(_) if ended >= until_committed => {
                drop(self.rollback().await);
                Ok(None)
            }
            Err(error @ sqlx::Error::Database(_)) => {
                drop(self.rollback().await);
                Err(error)
            }
            Err(error) => Err(error),
        }
    }
}
