//! Appends as arrays, one per column, so that one constant text carries any number of events.

use es_core::{
    Append, ExpectedVersion, NewEvent, StoreError, StoreErrorKind, StreamId, Tag, Timestamp,
};
use sqlx::types::time::OffsetDateTime;
use uuid::Uuid;

/// The arrays that `append.sql` and `append_one.sql` take. The first five have one entry per part,
/// the others one per event.
#[derive(Default)]
pub(crate) struct Columns<'a> {
    pub(crate) categories: Vec<&'a str>,
    pub(crate) keys: Vec<&'a str>,
    pub(crate) expected: Vec<i64>,
    pub(crate) counts: Vec<i64>,
    /// The number of the append of each part; none if all parts are one append.
    pub(crate) appends: Vec<i64>,
    pub(crate) parts: Vec<i64>,
    pub(crate) places: Vec<i64>,
    pub(crate) ids: Vec<Uuid>,
    pub(crate) names: Vec<&'a str>,
    pub(crate) schema_versions: Vec<i32>,
    pub(crate) payloads: Vec<&'a str>,
    pub(crate) metadata: Vec<String>,
    /// The tags of each event, one a line, up to the last event that has any.
    pub(crate) tags: Vec<String>,
    /// The instant of each event that brings its own, up to the last one that does.
    pub(crate) instants: Vec<Option<OffsetDateTime>>,
    /// The first and the last instant of each part that brings any, up to the last one that does.
    pub(crate) first_instants: Vec<Option<OffsetDateTime>>,
    pub(crate) last_instants: Vec<Option<OffsetDateTime>>,
}

impl<'a> Columns<'a> {
    /// The columns of one append.
    pub(crate) fn of(append: &'a Append) -> Result<Self, StoreError> {
        let mut columns = Self::with_capacity(append.parts().len(), append.events());
        for part in append.parts() {
            columns.part(&part.stream, part.expected);
            for new in &part.events {
                columns.event(new)?;
            }
        }
        Ok(columns)
    }

    pub(crate) fn with_capacity(parts: usize, events: usize) -> Self {
        Self {
            categories: Vec::with_capacity(parts),
            keys: Vec::with_capacity(parts),
            expected: Vec::with_capacity(parts),
            counts: Vec::with_capacity(parts),
            appends: Vec::new(),
            parts: Vec::with_capacity(events),
            places: Vec::with_capacity(events),
            ids: Vec::with_capacity(events),
            names: Vec::with_capacity(events),
            schema_versions: Vec::with_capacity(events),
            payloads: Vec::with_capacity(events),
            metadata: Vec::with_capacity(events),
            tags: Vec::new(),
            instants: Vec::new(),
            first_instants: Vec::new(),
            last_instants: Vec::new(),
        }
    }

    /// Begins a part: the events that follow are its own.
    pub(crate) fn part(&mut self, stream: &'a StreamId, expected: ExpectedVersion) {
        self.categories.push(stream.category().as_str());
        self.keys.push(stream.key().as_str());
        self.expected.push(code(expected));
        self.counts.push(0);
    }

    /// Adds an event to the last part.
    pub(crate) fn event(&mut self, new: &'a NewEvent) -> Result<(), StoreError> {
        self.event_of(self.counts.len(), new)
    }

    /// Adds an event to the part with that number, counted from 1.
    pub(crate) fn event_of(&mut self, part: usize, new: &'a NewEvent) -> Result<(), StoreError> {
        let metadata = metadata(new)?;
        let schema_version = schema_version(new.event.version.0)?;
        let Some(count) = part.checked_sub(1).and_then(|nth| self.counts.get_mut(nth)) else {
            return Ok(());
        };
        *count += 1;
        let place = *count;
        if let Some(at) = new.recorded_at {
            self.instant(part - 1, at)?;
        }
        if !new.tags.is_empty() {
            self.tags.resize(self.ids.len(), String::new());
            self.tags.push(lines(&new.tags));
        }
        self.parts.push(bigint(part as u64));
        self.places.push(place);
        self.ids.push(new.id.as_uuid());
        self.names.push(new.event.name.as_str());
        self.schema_versions.push(schema_version);
        self.payloads.push(new.event.payload.as_str());
        self.metadata.push(metadata);
        Ok(())
    }
}

impl Columns<'_> {
    /// Sets the instant that the next event, of the part `nth`, brings along.
    fn instant(&mut self, nth: usize, at: Timestamp) -> Result<(), StoreError> {
        let at = instant(at).ok_or_else(|| {
            let why = format!(
                "the instant {at} of an imported event is beyond the years that are stored"
            );
            StoreError::new(StoreErrorKind::Unsupported, why)
        })?;
        self.instants.resize(self.ids.len(), None);
        self.instants.push(Some(at));
        let parts = self.first_instants.len().max(nth + 1);
        self.first_instants.resize(parts, None);
        self.last_instants.resize(parts, None);
        if let Some(first) = self.first_instants.get_mut(nth) {
            first.get_or_insert(at);
        }
        if let Some(last) = self.last_instants.get_mut(nth) {
            *last = Some(at);
        }
        Ok(())
    }
}

/// An instant as the driver sends it; its calendar ends after the year 9999.
pub(crate) fn instant(at: Timestamp) -> Option<OffsetDateTime> {
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(at.unix_micros()) * 1000).ok()
}

/// The tags, each once, one a line: a tag holds no line break.
fn lines(tags: &[Tag]) -> String {
    let mut tags = tags.iter().map(Tag::as_str).collect::<Vec<_>>();
    tags.sort_unstable();
    tags.dedup();
    tags.join("\n")
}

/// Converts to a `bigint`, at most the greatest there is: no version and no position that a store
/// holds comes near, so larger values make no difference.
pub(crate) fn bigint(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

/// The code of `append.sql` for the expected version.
fn code(expected: ExpectedVersion) -> i64 {
    match expected {
        ExpectedVersion::Any => -1,
        ExpectedVersion::StreamExists => -2,
        ExpectedVersion::NoStream => 0,
        ExpectedVersion::Exact(version) => bigint(version.0),
    }
}

/// The metadata of an event, in the form of its column.
pub(crate) fn metadata(new: &NewEvent) -> Result<String, StoreError> {
    serde_json::to_string(&new.metadata)
        .map_err(|source| StoreError::new(StoreErrorKind::Other, source))
}

pub(crate) fn schema_version(version: u32) -> Result<i32, StoreError> {
    i32::try_from(version).map_err(|_| {
        StoreError::new(
            StoreErrorKind::Unsupported,
            format!("the schema version {version} of an event is greater than {}", i32::MAX),
        )
    })
}
