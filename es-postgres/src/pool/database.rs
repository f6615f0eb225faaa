//! The database of a store: its connections, the schema of its tables, and statements in that schema.

use std::fmt;
use std::sync::Arc;

use es_core::StoreError;
use sqlx::postgres::{PgArguments, Postgres};

use crate::pool::handover::Driving;
use crate::pool::warm_pool::Connections;
use crate::schema::statements::Schema;

/// The database of a store, for each of its parts.
#[derive(Clone)]
pub(crate) struct Database {
    pub(crate) connections: Arc<Connections>,
    /// The schema of its tables.
    pub(crate) schema: Schema,
    /// True if statements are prepared.
    pub(crate) persistent: bool,
}

impl Database {
    /// The outcome of `work`, which comes to its end whether or not the caller polls.
    pub(crate) fn drive<T, E>(
        &self,
        work: impl Future<Output = Result<T, E>> + Send + 'static,
    ) -> Driving<Result<T, E>>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        self.connections.handovers.drive(work)
    }

    /// A statement of constant text.
    pub(crate) fn query(
        &self,
        sql: &'static str,
    ) -> sqlx::query::Query<'static, Postgres, PgArguments> {
        sqlx::query(self.schema.statement(sql)).persistent(self.persistent)
    }
}

/// Shows how busy the pool is, and never how to reach the database.
impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Database")
            .field("connections", &self.connections.pool().size())
            .field("idle", &self.connections.pool().num_idle())
            .field("schema", &self.schema.name())
            .field("prepared_statements", &self.persistent)
            .finish()
    }
}
