//! Conversion of rows to the values of es-core.

use es_core::{
    Category, EventId, EventName, InvalidText, Metadata, Payload, Position, RawEvent, Recorded,
    RecordedEvent, SchemaVersion, StoreError, StoreErrorKind, StreamId, StreamKey, Timestamp,
    Version,
};
use sqlx::postgres::{PgRow, PgValueFormat};
use sqlx::{Row, ValueRef};

use crate::error::from_sqlx;

/// The microseconds from 1970-01-01, where [`Timestamp`] begins, to 2000-01-01, where `timestamptz`
/// does.
const MICROS_TO_2000: i64 = 946_684_800_000_000;

/// The names in the rows of a page. A name that comes several times in a row is checked and stored
/// once.
#[derive(Default)]
pub(crate) struct Names {
    event: Option<EventName>,
    category: Option<Category>,
}

impl Names {
    fn event(&mut self, text: &str) -> Result<EventName, InvalidText> {
        match &self.event {
            Some(name) if name.as_str() == text => Ok(name.clone()),
            _ => Ok(self.event.insert(EventName::new(text)?).clone()),
        }
    }

    fn category(&mut self, text: &str) -> Result<Category, InvalidText> {
        match &self.category {
            Some(category) if category.as_str() == text => Ok(category.clone()),
            _ => Ok(self.category.insert(Category::new(text)?).clone()),
        }
    }
}

/// An event of a stream whose name is known.
pub(crate) fn event_of(
    row: &PgRow,
    stream: StreamId,
    names: &mut Names,
) -> Result<RecordedEvent, StoreError> {
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
            text if text.starts_with(KEPT_DAMAGE) => return Err(damaged(kept_damage(text))),
            text => serde_json::from_str(text).map_err(|source| damaged(source.into()))?,
        },
        raw_event(row, position, [4, 5, 6], names)?,
    ))
}

/// An event as bytes, from the columns of its schema version, its name and its payload.
pub(crate) fn raw_event(
    row: &PgRow,
    position: u64,
    [version, name, payload]: [usize; 3],
    names: &mut Names,
) -> Result<RawEvent, StoreError> {
    let damaged = |what: Damage| corrupt(position, what);
    Ok(RawEvent::new(
        names.event(json(row, name)?).map_err(|source| damaged(source.into()))?,
        SchemaVersion(
            u32::try_from(integer(row, version)?)
                .map_err(|_| damaged(Damage::Negative("schema version")))?,
        ),
        Payload::from_store(json(row, payload)?.to_owned()),
    ))
}

/// The events of a page of the log.
pub(crate) fn events<'a>(
    rows: impl IntoIterator<Item = &'a PgRow>,
) -> Result<Vec<RecordedEvent>, StoreError> {
    let mut names = Names::default();
    rows.into_iter().map(|row| event_among(row, &mut names)).collect()
}

/// An event of the log; the name of its stream stands in the same row. An unreadable event does not
/// stop readers of the log: it is returned as a damaged one.
pub(crate) fn event(row: &PgRow) -> Result<RecordedEvent, StoreError> {
    event_among(row, &mut Names::default())
}

fn event_among(row: &PgRow, names: &mut Names) -> Result<RecordedEvent, StoreError> {
    let read = stream(row, names).and_then(|stream| event_of(row, stream, names));
    match read {
        Err(error) if error.kind() == StoreErrorKind::Corrupt => damaged_event(row, &error),
        read => read,
    }
}

fn stream(row: &PgRow, names: &mut Names) -> Result<StreamId, StoreError> {
    let position = unsigned(row, 0)?;
    let damaged = |what: Damage| corrupt(position, what);
    let (Some(category), Some(key)) = (
        row.try_get::<Option<&str>, _>(8).map_err(from_sqlx)?,
        row.try_get::<Option<&str>, _>(9).map_err(from_sqlx)?,
    ) else {
        return Err(damaged(Damage::NoStream));
    };
    Ok(StreamId::new(
        names.category(category).map_err(|source| damaged(source.into()))?,
        StreamKey::new(key).map_err(|source| damaged(source.into()))?,
    ))
}

/// The readable part of an event, and the reason why the rest cannot be read.
fn damaged_event(row: &PgRow, error: &StoreError) -> Result<RecordedEvent, StoreError> {
    let position = unsigned(row, 0)?;
    let id = row.try_get::<uuid::Uuid, _>(3).map_err(from_sqlx)?;
    let stream = match stream(row, &mut Names::default()) {
        Ok(stream) => stream,
        Err(_) => placeholder(position)?,
    };
    let name = row.try_get::<&str, _>(5).ok().and_then(|name| EventName::new(name).ok());
    let name = match name {
        Some(name) => name,
        None => EventName::new("unreadable").map_err(|why| corrupt(position, why.into()))?,
    };
    let version = row.try_get::<i32, _>(4).ok().and_then(|version| u32::try_from(version).ok());
    let payload = json(row, 6).unwrap_or("null").to_owned();
    let event = Recorded::new(
        EventId::from(id),
        stream,
        Version(unsigned(row, 1).unwrap_or_default()),
        Position(position),
        timestamp(row, 2)?,
        Metadata::default(),
        RawEvent::new(
            name,
            SchemaVersion(version.unwrap_or_default()),
            Payload::from_store(payload),
        ),
    );
    let reason =
        std::iter::successors(Some(error as &dyn std::error::Error), |error| error.source());
    let reason: Vec<_> = reason.skip(1).map(ToString::to_string).collect();
    Ok(event.with_damage(&reason.join(": ")))
}

/// A placeholder stream for an event without one; each such event has its own.
fn placeholder(position: u64) -> Result<StreamId, StoreError> {
    let damaged = |what: InvalidText| corrupt(position, what.into());
    let category = Category::new("unreadable").map_err(damaged)?;
    Ok(StreamId::new(category, StreamKey::new(position.to_string()).map_err(damaged)?))
}

/// The beginning of the metadata of a damaged event that is parked: it must be recognizable as
/// damaged, and the log has the rest.
const KEPT_DAMAGE: &str = "{\"es-damaged\":";

/// The metadata of a parked event, which may be damaged.
pub(crate) fn metadata_of(event: &RecordedEvent) -> Result<String, serde_json::Error> {
    match event.damage() {
        None => serde_json::to_string(&event.metadata),
        Some(reason) => Ok(format!("{KEPT_DAMAGE}{}}}", serde_json::to_string(reason)?)),
    }
}

fn kept_damage(text: &str) -> Damage {
    let value: Option<serde_json::Value> = serde_json::from_str(text).ok();
    let reason = value.as_ref().and_then(|value| value.get("es-damaged")?.as_str());
    Damage::Kept(reason.unwrap_or("it was damaged when it was parked").to_owned())
}

/// Reads a `bigint` that is never negative.
pub(crate) fn unsigned(row: &PgRow, column: usize) -> Result<u64, StoreError> {
    let value = match binary(row, column)? {
        Some(bytes) => i64::from_be_bytes(bytes),
        None => row.try_get::<i64, _>(column).map_err(from_sqlx)?,
    };
    u64::try_from(value)
        .map_err(|_| StoreError::new(StoreErrorKind::Corrupt, Damage::Negative("number")))
}

/// Reads an `integer`.
fn integer(row: &PgRow, column: usize) -> Result<i32, StoreError> {
    match binary(row, column)? {
        Some(bytes) => Ok(i32::from_be_bytes(bytes)),
        None => row.try_get(column).map_err(from_sqlx),
    }
}

/// Reads a `timestamptz` from its binary form. The calendar types of the driver panic beyond their
/// years; PostgreSQL reaches further.
pub(crate) fn timestamp(row: &PgRow, column: usize) -> Result<Timestamp, StoreError> {
    let micros = binary(row, column)?
        .map(i64::from_be_bytes)
        .ok_or_else(|| StoreError::new(StoreErrorKind::Corrupt, Damage::NoInstant))?;
    Ok(Timestamp::from_unix_micros(micros.saturating_add(MICROS_TO_2000)))
}

/// The bytes of a value in the binary form of the protocol, if it has that form and length. The
/// statements fix its type; the driver would compare that for each row.
fn binary<const N: usize>(row: &PgRow, column: usize) -> Result<Option<[u8; N]>, StoreError> {
    let value = row.try_get_raw(column).map_err(from_sqlx)?;
    if value.format() != PgValueFormat::Binary || value.is_null() {
        return Ok(None);
    }
    Ok(value.as_bytes().ok().and_then(|bytes| bytes.try_into().ok()))
}

/// Reads a text or the text of a `json`, borrowed: both formats of the protocol send the text
/// itself, and the server has checked it.
pub(crate) fn json(row: &PgRow, column: usize) -> Result<&str, StoreError> {
    row.try_get_raw(column)
        .map_err(from_sqlx)?
        .as_str()
        .map_err(|source| StoreError::new(StoreErrorKind::Corrupt, source))
}

fn corrupt(position: u64, source: Damage) -> StoreError {
    StoreError::new(StoreErrorKind::Corrupt, CorruptEvent { position, source })
}

/// The error of a stored event that cannot be read, with its place.
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
    #[error("{0}")]
    Kept(String),
    #[error(transparent)]
    Text(#[from] InvalidText),
}
