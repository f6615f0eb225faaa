//! Statements that code of the service prepares behind a pooler.
//!
//! sqlx 0.9.0 gives every statement with arguments a name that counts on with the connection, also where it
//! keeps none of them; unless the statement says `persistent(false)`, which a handler need not know. The
//! session keeps the name when the transaction is over, and the next connection that is given the session
//! comes to the same number.
//!
//! ```text
//! connection 1   BEGIN  prepares sqlx_s_1  COMMIT
//! session        ……………………………………………………… sqlx_s_1 ………………………………………………
//! connection 2                                     BEGIN  prepares sqlx_s_1: exists already
//! ```

use sqlx::{Connection, Executor, PgConnection};

use crate::pool::database::Database;

impl Database {
    /// Begins a handler's part of a transaction without prepared statements, neither in the
    /// server's session nor in the connection's cache. A session that no other client is given
    /// keeps them.
    pub(crate) async fn forget_prepared(
        &self,
        connection: &mut PgConnection,
    ) -> Result<(), sqlx::Error> {
        if !self.persistent {
            connection.clear_cached_statements().await?;
            connection.execute(include_str!("../../sql/forget_prepared.sql")).await?;
        }
        Ok(())
    }
}
