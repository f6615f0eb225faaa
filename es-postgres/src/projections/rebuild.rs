//! Rebuild of a version: its tables are emptied, while readers see the old rows.

use es_core::{ProjectionId, StoreError};
use sqlx::{AssertSqlSafe, Executor, PgConnection, Row};

use crate::advisory_locks::ALL_SLOTS;
use crate::error::from_sqlx;

use super::PgProjections;
use super::batch::{PgBatch, Purpose};
use super::begin::PATIENCE;

/// A table in the schema of a version.
pub(super) struct Table {
    pub(super) name: String,
    /// The name with its schema, as SQL spells it.
    pub(super) quoted: String,
}

impl PgProjections {
    pub(super) async fn begin_rebuild(&self, id: &ProjectionId) -> Result<PgBatch, StoreError> {
        // It lasts, and the log is read meanwhile: by as many rebuilds as the pool has connections, perhaps.
        let connection = self.database.connections.take().await?.apart();
        let mut opened = self.open_on(connection, id, Some(PATIENCE), "FOR UPDATE").await?;
        match self.empty(&mut opened.session, opened.projection, &opened.schema).await {
            Ok(()) => Ok(self.batch(id, opened, Purpose::Rebuild)),
            Err(error) => {
                opened.session.rollback().await?;
                Err(error)
            }
        }
    }

    /// Empties the tables. The slots are taken first: open batches of other nodes then fail at
    /// their commit, and release their rows.
    pub(super) async fn empty(
        &self,
        connection: &mut PgConnection,
        projection: i32,
        schema: &str,
    ) -> Result<(), StoreError> {
        self.take_all_slots(connection, projection).await?;
        let forget = self.database.query(include_str!("../../sql/projections/forget_parked.sql"));
        connection.execute(forget.bind(projection)).await.map_err(from_sqlx)?;
        let tables = self.tables(connection, schema).await?;
        if tables.is_empty() {
            return Ok(());
        }
        // One statement, so that their foreign keys are looked at when all of them are empty.
        let deleted = tables.iter().enumerate();
        let deleted =
            deleted.map(|(nth, table)| format!("t{nth} AS (DELETE FROM {})", table.quoted));
        let empty = format!("WITH {} SELECT", deleted.collect::<Vec<_>>().join(", "));
        connection.execute(AssertSqlSafe(empty)).await.map_err(from_sqlx)?;
        Ok(())
    }

    /// Takes the slots of a version from all holders; no batch commits to it until the transaction
    /// ends.
    pub(super) async fn take_all_slots(
        &self,
        connection: &mut PgConnection,
        projection: i32,
    ) -> Result<(), StoreError> {
        self.keep_all_out(connection, projection).await?;
        let take = self.database.query(include_str!("../../sql/projections/take_all_slots.sql"));
        connection.execute(take.bind(projection)).await.map_err(from_sqlx)?;
        Ok(())
    }

    /// Waits for the commits that are under way; later ones fail.
    pub(super) async fn keep_all_out(
        &self,
        connection: &mut PgConnection,
        projection: i32,
    ) -> Result<(), StoreError> {
        let alone = self.database.query("SELECT pg_advisory_xact_lock($1, $2)");
        let all = self.database.schema.lock(ALL_SLOTS);
        connection.execute(alone.bind(all).bind(projection)).await.map_err(from_sqlx)?;
        Ok(())
    }

    /// The tables in a schema.
    pub(super) async fn tables(
        &self,
        connection: &mut PgConnection,
        schema: &str,
    ) -> Result<Vec<Table>, StoreError> {
        let tables = self.database.query(include_str!("../../sql/projections/tables.sql"));
        let rows = tables.bind(schema).fetch_all(connection).await.map_err(from_sqlx)?;
        let table = |row: &sqlx::postgres::PgRow| {
            let (name, quoted) = (row.try_get(0), row.try_get(1));
            Ok(Table { name: name.map_err(from_sqlx)?, quoted: quoted.map_err(from_sqlx)? })
        };
        rows.iter().map(table).collect()
    }
}
