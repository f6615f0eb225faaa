//! Rows of one stream: whole records, and the part of them that a fold needs.

use es_core::{PlacedEvent, Position, RecordedEvent, StoreError, StreamId, Version};
use sqlx::postgres::PgRow;

use crate::read::coalescer::{Loads, Waiting};
use crate::row::{self, Names};

/// An event of a stream, whole or in part.
pub(crate) trait StreamRow: Sized + Send + 'static {
    /// The statement for the events of one stream after a version.
    const AFTER: &'static str;
    /// The statement for the events of several streams, each after a version.
    const TOGETHER: &'static str;
    /// The column of `TOGETHER` that holds the place of the stream among those asked for.
    const NTH: usize;

    /// The event of a row of either statement.
    fn of(row: &PgRow, stream: &StreamId, names: &mut Names) -> Result<Self, StoreError>;

    fn version(&self) -> Version;

    /// The loads that wait for such rows.
    fn waiting(loads: &Loads) -> &Waiting<Self>;
}

impl StreamRow for RecordedEvent {
    const AFTER: &'static str = include_str!("../../sql/stream_after.sql");
    const TOGETHER: &'static str = include_str!("../../sql/stream_pages.sql");
    const NTH: usize = 8;

    fn of(row: &PgRow, stream: &StreamId, names: &mut Names) -> Result<Self, StoreError> {
        row::event_of(row, stream.clone(), names)
    }

    fn version(&self) -> Version {
        self.version
    }

    fn waiting(loads: &Loads) -> &Waiting<Self> {
        &loads.records
    }
}

impl StreamRow for PlacedEvent {
    const AFTER: &'static str = include_str!("../../sql/fold_after.sql");
    const TOGETHER: &'static str = include_str!("../../sql/fold_pages.sql");
    const NTH: usize = 5;

    fn of(row: &PgRow, _: &StreamId, names: &mut Names) -> Result<Self, StoreError> {
        let position = row::unsigned(row, 0)?;
        let version = Version(row::unsigned(row, 1)?);
        let event = row::raw_event(row, position, [2, 3, 4], names)?;
        Ok(Self::new(version, Position(position), event))
    }

    fn version(&self) -> Version {
        self.version
    }

    fn waiting(loads: &Loads) -> &Waiting<Self> {
        &loads.events
    }
}
