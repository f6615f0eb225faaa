//! Reading and deciding on parked events.

use es_core::projection::{Parked, ParkedKey, ParkedSelector, Slot};
use es_core::{
    EventName, Position, ProjectionId, ProjectionKey, Reason, SchemaVersion, StoreError,
    StoreErrorKind, Timestamp,
};
use sqlx::postgres::{PgArguments, PgRow};
use sqlx::query::Query;
use sqlx::{Postgres, Row};

use crate::append::arrays::bigint;
use crate::error::from_sqlx;
use crate::pool::driven::driven;
use crate::row;

use super::PgProjections;
use super::leases::{number, numbers, slot};

impl PgProjections {
    pub(super) async fn read_blocked(
        &self,
        id: &ProjectionId,
        slots: &[Slot],
    ) -> Result<Vec<ProjectionKey>, StoreError> {
        let query = self.of(id, include_str!("../../sql/projections/blocked.sql"));
        let rows = self.store.rows_of(query.bind(numbers(slots))).await?;
        rows.iter().map(|row| key(row, 0)).collect()
    }

    pub(super) async fn read_due(
        &self,
        id: &ProjectionId,
        slots: &[Slot],
        unreadable: &[(EventName, SchemaVersion)],
        limit: u32,
    ) -> Result<Vec<Parked>, StoreError> {
        let query = self
            .of(id, include_str!("../../sql/projections/due.sql"))
            .bind(numbers(slots))
            .bind(i64::from(limit))
            .bind(unreadable.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>())
            .bind(unreadable.iter().map(|(_, version)| integer(*version)).collect::<Vec<_>>());
        self.store.rows_of(query).await?.iter().map(parked).collect()
    }

    pub(super) async fn read_parked(
        &self,
        id: &ProjectionId,
        key: &ProjectionKey,
        after: Position,
        limit: u32,
    ) -> Result<Vec<Parked>, StoreError> {
        let query = self
            .of(id, include_str!("../../sql/projections/parked.sql"))
            .bind(key.as_str())
            .bind(bigint(after.0))
            .bind(i64::from(limit));
        self.store.rows_of(query).await?.iter().map(parked).collect()
    }

    pub(super) async fn read_parked_keys(
        &self,
        id: &ProjectionId,
        after: Option<&ProjectionKey>,
        limit: u32,
    ) -> Result<Vec<ParkedKey>, StoreError> {
        let query = self
            .of(id, include_str!("../../sql/projections/parked_keys.sql"))
            // No key is empty.
            .bind(after.map_or("", ProjectionKey::as_str))
            .bind(i64::from(limit));
        self.store.rows_of(query).await?.iter().map(parked_key).collect()
    }

    pub(super) async fn replay_parked(
        &self,
        id: &ProjectionId,
        keys: &ParkedSelector,
    ) -> Result<u64, StoreError> {
        let key = match keys {
            ParkedSelector::One(key) => Some(key.as_str()),
            ParkedSelector::All => None,
        };
        let query = self.of(id, include_str!("../../sql/projections/replay.sql")).bind(key);
        self.changed_by(query).await
    }

    pub(super) async fn have_dropped(
        &self,
        id: &ProjectionId,
        key: &ProjectionKey,
        position: Position,
        reason: &Reason,
    ) -> Result<bool, StoreError> {
        let query = self
            .of(id, include_str!("../../sql/projections/drop_parked.sql"))
            .bind(key.as_str())
            .bind(bigint(position.0))
            .bind(reason.as_str());
        Ok(self.changed_by(query).await? > 0)
    }

    /// A statement about a version, whose name and number are its first two arguments.
    pub(super) fn of(
        &self,
        id: &ProjectionId,
        sql: &'static str,
    ) -> Query<'static, Postgres, PgArguments> {
        self.store.query(sql).bind(id.name.as_str()).bind(i64::from(id.version))
    }

    /// Runs the statement and returns the number of changed rows.
    pub(super) async fn changed_by(
        &self,
        query: Query<'static, Postgres, PgArguments>,
    ) -> Result<u64, StoreError> {
        let store = self.store.clone();
        driven(async move {
            let mut session = store.session().await?;
            let done = query.execute(&mut *session).await.map_err(from_sqlx)?;
            session.end().await?;
            Ok(done.rows_affected())
        })
        .await
    }
}

fn parked(row: &PgRow) -> Result<Parked, StoreError> {
    let since = row::timestamp(row, 14)?;
    let mut parked = Parked::new(slot(number(row, 10)?)?, key(row, 11)?, row::event(row)?, since);
    parked.error = row.try_get(12).map_err(from_sqlx)?;
    parked.attempts = attempts(row, 13)?;
    parked.next_attempt = moment(row, 15)?;
    parked.dropped = row.try_get(16).map_err(from_sqlx)?;
    parked.is_unreadable = row.try_get(17).map_err(from_sqlx)?;
    Ok(parked)
}

fn parked_key(row: &PgRow) -> Result<ParkedKey, StoreError> {
    let position = Position(row::unsigned(row, 1)?);
    let error = row.try_get(2).map_err(from_sqlx)?;
    let mut parked = ParkedKey::new(key(row, 0)?, position, error, row::timestamp(row, 4)?);
    parked.attempts = attempts(row, 3)?;
    parked.next_attempt = moment(row, 5)?;
    parked.behind = row::unsigned(row, 6)?;
    parked.is_unreadable = row.try_get(7).map_err(from_sqlx)?;
    Ok(parked)
}

/// Converts a schema version to the type of its column. No stored version exceeds it.
fn integer(version: SchemaVersion) -> i32 {
    i32::try_from(version.0).unwrap_or(i32::MAX)
}

fn key(row: &PgRow, column: usize) -> Result<ProjectionKey, StoreError> {
    let key: &str = row.try_get(column).map_err(from_sqlx)?;
    ProjectionKey::new(key).map_err(|why| StoreError::new(StoreErrorKind::Corrupt, why))
}

fn attempts(row: &PgRow, column: usize) -> Result<u32, StoreError> {
    let attempts: i32 = row.try_get(column).map_err(from_sqlx)?;
    Ok(attempts.unsigned_abs())
}

/// The instant in a column that may be null.
fn moment(row: &PgRow, column: usize) -> Result<Option<Timestamp>, StoreError> {
    use sqlx::ValueRef;
    let is_null = row.try_get_raw(column).map_err(from_sqlx)?.is_null();
    if is_null { Ok(None) } else { row::timestamp(row, column).map(Some) }
}
