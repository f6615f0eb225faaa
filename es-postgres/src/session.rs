//! A connection for one piece of work, and for nobody else until it is done.

use std::ops::{Deref, DerefMut};

use es_core::StoreError;
use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgArguments, PgRow};
use sqlx::query::Query;
use sqlx::{Executor, PgConnection, PgPool, Postgres};

use crate::error::from_sqlx;
use crate::store::PgStore;

/// A connection of the pool. Where statements are not prepared it is in a transaction: the driver
/// sends an unnamed statement in one round trip and its arguments in the next, and only a
/// transaction keeps a pooler from putting another session in between.
pub(crate) struct Session {
    connection: PoolConnection<Postgres>,
    /// Whether a transaction has been begun, or half begun, and not ended.
    in_transaction: bool,
}

impl PgStore {
    /// A connection on which each statement sees everything that is committed when it begins.
    pub(crate) async fn session(&self) -> Result<Session, StoreError> {
        Session::open(&self.pool, self.persistent).await
    }

    /// All rows of one statement.
    pub(crate) async fn rows_of(
        &self,
        query: Query<'static, Postgres, PgArguments>,
    ) -> Result<Vec<PgRow>, StoreError> {
        let mut session = self.session().await?;
        let rows = query.fetch_all(&mut *session).await.map_err(from_sqlx)?;
        session.end().await?;
        Ok(rows)
    }
}

impl Session {
    /// A connection of `pool`, in a transaction if statements are not `persistent`.
    pub(crate) async fn open(pool: &PgPool, persistent: bool) -> Result<Self, StoreError> {
        let connection = pool.acquire().await.map_err(from_sqlx)?;
        let mut session = Self { connection, in_transaction: !persistent };
        if session.in_transaction {
            session.execute("BEGIN ISOLATION LEVEL READ COMMITTED").await.map_err(from_sqlx)?;
        }
        Ok(session)
    }

    /// Makes what was done permanent, and gives the connection back. After a statement that failed
    /// there is nothing to make permanent.
    pub(crate) async fn end(mut self) -> Result<(), StoreError> {
        if self.in_transaction {
            self.execute("COMMIT").await.map_err(from_sqlx)?;
            self.in_transaction = false;
        }
        Ok(())
    }
}

impl Deref for Session {
    type Target = PgConnection;

    fn deref(&self) -> &PgConnection {
        &self.connection
    }
}

impl DerefMut for Session {
    fn deref_mut(&mut self) -> &mut PgConnection {
        &mut self.connection
    }
}

/// A future that is dropped half way takes its connection along: nobody gets one from the pool that
/// is inside of a transaction.
impl Drop for Session {
    fn drop(&mut self) {
        if self.in_transaction {
            self.connection.close_on_drop();
        }
    }
}
