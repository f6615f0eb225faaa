//! An append as arrays, one per column, so that one constant text carries any number of events.

use es_core::{Append, ExpectedVersion, StoreError, StoreErrorKind};
use uuid::Uuid;

/// The arrays that `append.sql` and `lock_streams.sql` take. The first four have one entry per
/// part, the others one per event.
pub(crate) struct Columns<'a> {
    pub(crate) categories: Vec<&'a str>,
    pub(crate) keys: Vec<&'a str>,
    pub(crate) expected: Vec<i64>,
    pub(crate) counts: Vec<i64>,
    pub(crate) parts: Vec<i64>,
    pub(crate) places: Vec<i64>,
    pub(crate) ids: Vec<Uuid>,
    pub(crate) names: Vec<&'a str>,
    pub(crate) schema_versions: Vec<i32>,
    pub(crate) payloads: Vec<&'a str>,
    pub(crate) metadata: Vec<String>,
}

impl<'a> Columns<'a> {
    pub(crate) fn of(append: &'a Append) -> Result<Self, StoreError> {
        let parts = append.parts();
        let events = append.events();
        let mut columns = Self {
            categories: Vec::with_capacity(parts.len()),
            keys: Vec::with_capacity(parts.len()),
            expected: Vec::with_capacity(parts.len()),
            counts: Vec::with_capacity(parts.len()),
            parts: Vec::with_capacity(events),
            places: Vec::with_capacity(events),
            ids: Vec::with_capacity(events),
            names: Vec::with_capacity(events),
            schema_versions: Vec::with_capacity(events),
            payloads: Vec::with_capacity(events),
            metadata: Vec::with_capacity(events),
        };
        for (nth, part) in (1..).zip(parts) {
            columns.categories.push(part.stream.category().as_str());
            columns.keys.push(part.stream.key().as_str());
            columns.expected.push(expected(part.expected));
            columns.counts.push(bigint(part.events.len() as u64));
            for (place, new) in (1..).zip(&part.events) {
                columns.parts.push(nth);
                columns.places.push(place);
                columns.ids.push(new.id.as_uuid());
                columns.names.push(new.event.name.as_str());
                columns.schema_versions.push(schema_version(new.event.version.0)?);
                columns.payloads.push(new.event.payload.as_str());
                columns.metadata.push(
                    serde_json::to_string(&new.metadata)
                        .map_err(|source| StoreError::new(StoreErrorKind::Other, source))?,
                );
            }
        }
        Ok(columns)
    }
}

/// `u64` as the `bigint` it fits in or the greatest there is: no version and no position that a
/// store holds comes near, so beyond is beyond.
pub(crate) fn bigint(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

/// The codes of `append.sql`.
fn expected(expected: ExpectedVersion) -> i64 {
    match expected {
        ExpectedVersion::Any => -1,
        ExpectedVersion::StreamExists => -2,
        ExpectedVersion::NoStream => 0,
        ExpectedVersion::Exact(version) => bigint(version.0),
    }
}

fn schema_version(version: u32) -> Result<i32, StoreError> {
    i32::try_from(version).map_err(|_| {
        StoreError::new(
            StoreErrorKind::Unsupported,
            format!("the schema version {version} of an event is greater than {}", i32::MAX),
        )
    })
}
