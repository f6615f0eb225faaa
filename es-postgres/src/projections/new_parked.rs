//! Newly parked events for `es.parked`, as arrays, one per column.

use es_core::projection::{Failure, NewParked};
use es_core::{StoreError, StoreErrorKind};
use sqlx::Postgres;
use sqlx::postgres::PgArguments;
use sqlx::query::Query;
use uuid::Uuid;

use crate::append::arrays::bigint;
use crate::pool::database::Database;
use crate::row;

/// The arrays that `park.sql` takes.
#[derive(Default)]
pub(super) struct Columns<'a> {
    slots: Vec<i16>,
    keys: Vec<&'a str>,
    positions: Vec<i64>,
    versions: Vec<i64>,
    micros: Vec<i64>,
    ids: Vec<Uuid>,
    schema_versions: Vec<i32>,
    names: Vec<&'a str>,
    payloads: Vec<&'a str>,
    metadata: Vec<String>,
    categories: Vec<&'a str>,
    stream_keys: Vec<&'a str>,
    errors: Vec<Option<String>>,
    waits: Vec<Option<i64>>,
    unreadable: Vec<bool>,
}

impl<'a> Columns<'a> {
    /// The columns in the order of the keys, which every transaction that waits for several keeps.
    pub(super) fn of(parked: &'a [NewParked]) -> Result<Self, StoreError> {
        let mut sorted: Vec<_> = parked.iter().collect();
        sorted.sort_unstable_by_key(|parked| (&parked.key, parked.event.position));
        let mut columns = Self::default();
        for parked in sorted {
            columns.push(parked)?;
        }
        Ok(columns)
    }

    fn push(&mut self, parked: &'a NewParked) -> Result<(), StoreError> {
        let event = &parked.event;
        let other = |why| StoreError::new(StoreErrorKind::Other, why);
        let schema_version = i32::try_from(event.event.version.0)
            .map_err(|why| StoreError::new(StoreErrorKind::Unsupported, why))?;
        self.metadata.push(row::metadata_of(event).map_err(other)?);
        self.schema_versions.push(schema_version);
        self.slots.push(i16::from(parked.slot.number()));
        self.keys.push(parked.key.as_str());
        self.positions.push(bigint(event.position.0));
        self.versions.push(bigint(event.version.0));
        self.micros.push(event.recorded_at.unix_micros());
        self.ids.push(event.id.as_uuid());
        self.names.push(event.event.name.as_str());
        self.payloads.push(event.event.payload.as_str());
        self.categories.push(event.stream.category().as_str());
        self.stream_keys.push(event.stream.key().as_str());
        self.errors.push(parked.failure.as_ref().map(|failure| text(&failure.error)));
        self.waits.push(parked.failure.as_ref().and_then(wait));
        self.unreadable.push(parked.failure.as_ref().is_some_and(|failure| failure.is_unreadable));
        Ok(())
    }

    pub(super) fn park(
        self,
        database: &Database,
        projection: i32,
    ) -> Query<'static, Postgres, PgArguments> {
        database
            .query(include_str!("../../sql/projections/park.sql"))
            .bind(projection)
            .bind(self.slots)
            .bind(self.keys)
            .bind(self.positions)
            .bind(self.versions)
            .bind(self.micros)
            .bind(self.ids)
            .bind(self.schema_versions)
            .bind(self.names)
            .bind(self.payloads)
            .bind(self.metadata)
            .bind(self.categories)
            .bind(self.stream_keys)
            .bind(self.errors)
            .bind(self.waits)
            .bind(self.unreadable)
    }
}

/// Milliseconds until the next try, thirty years at most.
pub(super) fn wait(failure: &Failure) -> Option<i64> {
    let wait = failure.retry_in?;
    Some(i64::try_from(wait.as_millis()).unwrap_or(i64::MAX).min(1_000_000_000_000))
}

/// The text without characters that PostgreSQL does not store.
pub(super) fn text(error: &str) -> String {
    error.replace('\0', "")
}
