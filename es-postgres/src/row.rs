//! What a row holds, as the values of es-core.

use es_core::{
    Category, EventId, EventName, InvalidText, Metadata, Payload, Position, RawEvent, Recorded,
    RecordedEvent, SchemaVersion, StoreError, StoreErrorKind, StreamId, StreamKey, Timestamp,
    Version,
};
use sqlx::postgres::{PgRow, PgValueFormat};
use sqlx::{Row, ValueRef};

use crate::error::from_sqlx;

/// From 1970-01-01, where [`Timestamp`] begins, to 2000-01-01, where `timestamptz` does.
const MICROS_TO_2000: i64 = 946_684_800_000_000;

/// An event of a stream whose name is known.
pub(crate) fn event_of(row: &PgRow, stream: StreamId) -> Result<RecordedEvent, StoreError> {
    let position = unsigned(row, 0)?;
    let damaged = |what: Damage| corrupt(position, what);
    let metadata = json(row, 7)?;
    Ok(Recorded::new(
        EventId::from(row.try_get::<uuid::Uuid, _>(3).map_err(from_sqlx)?),
        stream,
        Version(unsigned(row, 1)?),
        Position(position),
        timestamp(row, 2)?,
        match metadata {
            "{}" => Metadata::default(),
            text => serde_json::from_str(text).map_err(|source| damaged(source.into()))?,
        },
        RawEvent::new(
            EventName::new(row.try_get::<&str, _>(5).map_err(from_sqlx)?)
                .map_err(|source| damaged(source.into()))?,
            SchemaVersion(
                u32::try_from(row.try_get::<i32, _>(4).map_err(from_sqlx)?)
                    .map_err(|_| damaged(Damage::Negative("schema version")))?,
            ),
            Payload::from_store(json(row, 6)?.to_owned()),
        ),
    ))
}

/// An event of the log; the name of its stream stands in the same row.
pub(crate) fn event(row: &PgRow) -> Result<RecordedEvent, StoreError> {
    let position = unsigned(row, 0)?;
    let damaged = |what: Damage| corrupt(position, what);
    let (Some(category), Some(key)) = (
        row.try_get::<Option<&str>, _>(8).map_err(from_sqlx)?,
        row.try_get::<Option<&str>, _>(9).map_err(from_sqlx)?,
    ) else {
        return Err(damaged(Damage::NoStream));
    };
    let stream = StreamId::new(
        Category::new(category).map_err(|source| damaged(source.into()))?,
        StreamKey::new(key).map_err(|source| damaged(source.into()))?,
    );
    event_of(row, stream)
}

/// A `bigint` that is never negative.
pub(crate) fn unsigned(row: &PgRow, column: usize) -> Result<u64, StoreError> {
    let value = row.try_get::<i64, _>(column).map_err(from_sqlx)?;
    u64::try_from(value)
        .map_err(|_| StoreError::new(StoreErrorKind::Corrupt, Damage::Negative("number")))
}

/// A `timestamptz` as it travels. The calendar types of the driver panic beyond their years;
/// PostgreSQL reaches further.
pub(crate) fn timestamp(row: &PgRow, column: usize) -> Result<Timestamp, StoreError> {
    let value = row.try_get_raw(column).map_err(from_sqlx)?;
    let micros = value
        .as_bytes()
        .ok()
        .filter(|_| value.format() == PgValueFormat::Binary && !value.is_null())
        .and_then(|bytes| bytes.try_into().ok())
        .map(i64::from_be_bytes)
        .ok_or_else(|| StoreError::new(StoreErrorKind::Corrupt, Damage::NoInstant))?;
    Ok(Timestamp::from_unix_micros(micros.saturating_add(MICROS_TO_2000)))
}

/// The text of a `json`, borrowed: both formats of the protocol send the text itself, and the
/// server has checked it.
pub(crate) fn json(row: &PgRow, column: usize) -> Result<&str, StoreError> {
    row.try_get_raw(column)
        .map_err(from_sqlx)?
        .as_str()
        .map_err(|source| StoreError::new(StoreErrorKind::Corrupt, source))
}

fn corrupt(position: u64, source: Damage) -> StoreError {
    StoreError::new(StoreErrorKind::Corrupt, CorruptEvent { position, source })
}

/// An event that is in the store and cannot be read, and where.
#[derive(Debug, thiserror::Error)]
#[error("the event at position {position} cannot be read")]
struct CorruptEvent {
    position: u64,
    source: Damage,
}

#[derive(Debug, thiserror::Error)]
enum Damage {
    #[error("its stream has no name in es.streams")]
    NoStream,
    #[error("a {0} is negative")]
    Negative(&'static str),
    #[error("a timestamp is missing or not in binary form")]
    NoInstant,
    #[error("its metadata is damaged")]
    Metadata(#[from] serde_json::Error),
    #[error(transparent)]
    Text(#[from] InvalidText),
}
