//! Reading of parked and dropped events.

use es_core::projection::version::unknown;
use es_core::projection::{Dropped, Parked, ParkedQuery, Slot};
use es_core::{
    EventId, Position, ProjectionId, ProjectionKey, SchemaVersion, StoreError, StoreErrorKind,
    Timestamp,
};
use sqlx::postgres::{PgArguments, PgRow};
use sqlx::query::Query;
use sqlx::{Postgres, Row};

use crate::append::arrays::bigint;
use crate::error::from_sqlx;
use crate::row;

use super::PgProjections;
use super::leases::{number, numbers, slot};
use super::version::unsupported;

impl PgProjections {
    /// The keys in these slots with parked events.
    pub(super) async fn read_blocked(
        &self,
        id: &ProjectionId,
        slots: &[Slot],
    ) -> Result<Vec<ProjectionKey>, StoreError> {
        let query = self.of(id, include_str!("../../sql/projections/blocked.sql"));
        let rows = self.database.rows_of(query.bind(numbers(slots))).await?;
        rows.iter().map(|row| key(row, 0)).collect()
    }

    pub(super) async fn parked_of(
        &self,
        id: &ProjectionId,
        query: ParkedQuery<'_>,
        limit: u32,
    ) -> Result<Vec<Parked>, StoreError> {
        let (limit, begins_a_list) = (i64::from(limit), begins_a_list(&query));
        let (query, read): (_, fn(&PgRow) -> _) = match query {
            ParkedQuery::Due { slots, unreadable } => {
                let names = unreadable.iter().map(|(name, _)| name.as_str());
                let versions = unreadable.iter().map(|(_, version)| integer(*version));
                let query = self
                    .of(id, include_str!("../../sql/projections/due.sql"))
                    .bind(numbers(slots))
                    .bind(limit)
                    .bind(names.collect::<Vec<_>>())
                    .bind(versions.collect::<Vec<_>>());
                (query, parked)
            }
            ParkedQuery::Key { key, after } => {
                let query = self
                    .of(id, include_str!("../../sql/projections/parked.sql"))
                    .bind(key.as_str())
                    .bind(bigint(after.0))
                    .bind(limit);
                (query, parked)
            }
            ParkedQuery::First { after } => {
                let query = self
                    .of(id, include_str!("../../sql/projections/parked_keys.sql"))
                    // No key is empty.
                    .bind(after.map_or("", ProjectionKey::as_str))
                    .bind(limit);
                (query, first_parked)
            }
            other => return Err(unsupported(format!("there is no way to read {other:?}"))),
        };
        let rows = self.database.rows_of(query).await?;
        // A version without parked events has no rows in these answers either.
        if rows.is_empty() && begins_a_list {
            self.check_known(id).await?;
        }
        rows.iter().map(read).collect()
    }

    /// Checks that there is such a version.
    async fn check_known(&self, id: &ProjectionId) -> Result<(), StoreError> {
        let number = self.of(id, include_str!("../../sql/projections/number.sql"));
        let rows = self.database.rows_of(number).await?;
        rows.first().map(|_| ()).ok_or_else(|| unknown(id))
    }

    pub(super) async fn dropped_of(
        &self,
        id: &ProjectionId,
        after: Position,
        limit: u32,
    ) -> Result<Vec<Dropped>, StoreError> {
        let query = self
            .of(id, include_str!("../../sql/projections/dropped.sql"))
            .bind(bigint(after.0))
            .bind(i64::from(limit));
        self.database.rows_of(query).await?.iter().map(dropped).collect()
    }

    /// A statement about a version, whose name and number are its first two arguments.
    pub(super) fn of(
        &self,
        id: &ProjectionId,
        sql: &'static str,
    ) -> Query<'static, Postgres, PgArguments> {
        self.database.query(sql).bind(id.name.as_str()).bind(i64::from(id.version))
    }
}

/// True if a service asks for the first page of a list. A node asks for the others, at each turn, and learns from its
/// heartbeat whether its version is there.
fn begins_a_list(query: &ParkedQuery<'_>) -> bool {
    match query {
        ParkedQuery::Key { after, .. } => *after == Position::START,
        ParkedQuery::First { after } => after.is_none(),
        _ => false,
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

/// A row of `parked_keys.sql`.
fn first_parked(row: &PgRow) -> Result<Parked, StoreError> {
    let mut parked = parked(row)?;
    parked.behind = row::unsigned(row, 18)?;
    Ok(parked)
}

fn dropped(row: &PgRow) -> Result<Dropped, StoreError> {
    let position = Position(row::unsigned(row, 0)?);
    let event = EventId::from(row.try_get::<uuid::Uuid, _>(2).map_err(from_sqlx)?);
    let (reason, at) = (row.try_get(4).map_err(from_sqlx)?, row::timestamp(row, 5)?);
    let mut dropped = Dropped::new(key(row, 1)?, position, event, reason, at);
    dropped.error = row.try_get(3).map_err(from_sqlx)?;
    Ok(dropped)
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
