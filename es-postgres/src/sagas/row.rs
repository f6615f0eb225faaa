//! Rows of instances, as the statements return them.

use es_core::process::StepName;
use es_core::sagas::{SagaPhase, SagaRow, Waits};
use es_core::{
    Category, Position, StoreError, StoreErrorKind, StreamId, StreamKey, Timestamp, Version,
};
use sqlx::postgres::PgRow;
use sqlx::{Row, ValueRef};

use crate::error::from_sqlx;
use crate::row::{timestamp, unsigned};

/// A row of `rows.sql` and of the lists.
pub(super) fn saga(row: &PgRow) -> Result<SagaRow, StoreError> {
    let text = |column| row.try_get::<&str, _>(column).map_err(from_sqlx);
    let category = Category::new(text(0)?).map_err(corrupt)?;
    let key = StreamKey::new(text(1)?).map_err(corrupt)?;
    let (heard, started_at) = (Position(unsigned(row, 3)?), timestamp(row, 12)?);
    let mut saga = SagaRow::starting(StreamId::new(category, key), heard, started_at);
    saga.version = Version(unsigned(row, 2)?);
    saga.saga_version = small(row, 4)?;
    let phase = text(5)?;
    saga.phase = SagaPhase::parse(phase)
        .ok_or_else(|| corrupt(format!("an instance is in the unknown phase `{phase}`")))?;
    let step: Option<&str> = row.try_get(6).map_err(from_sqlx)?;
    saga.step = step.map(StepName::new).transpose().map_err(corrupt)?;
    saga.attempt = small(row, 7)?.unwrap_or_default();
    saga.waits = waits(row)?;
    saga.error = row.try_get(10).map_err(from_sqlx)?;
    saga.since = timestamp(row, 11)?;
    saga.ended_at = moment(row, 13)?;
    Ok(saga)
}

fn waits(row: &PgRow) -> Result<Waits, StoreError> {
    let kind: Option<&str> = row.try_get(8).map_err(from_sqlx)?;
    Ok(match (kind, moment(row, 9)?) {
        (Some("attempt"), Some(due)) => Waits::Attempt { due },
        (Some("time"), Some(until)) => Waits::Time { until },
        (None, None) => Waits::Nobody,
        (kind, due) => {
            return Err(corrupt(format!("an instance waits for {kind:?} until {due:?}")));
        }
    })
}

fn moment(row: &PgRow, column: usize) -> Result<Option<Timestamp>, StoreError> {
    let is_null = row.try_get_raw(column).map_err(from_sqlx)?.is_null();
    if is_null { Ok(None) } else { timestamp(row, column).map(Some) }
}

/// A number that was stored as one without a sign.
fn small(row: &PgRow, column: usize) -> Result<Option<u32>, StoreError> {
    let number: Option<i64> = row.try_get(column).map_err(from_sqlx)?;
    number.map(u32::try_from).transpose().map_err(corrupt)
}

fn corrupt(why: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> StoreError {
    StoreError::new(StoreErrorKind::Corrupt, why)
}
