//! Snapshots in es.snapshots: read with the events after them, written on their own.

use es_core::{
    Fingerprint, Position, Snapshot, SnapshotPage, StoreError, StreamId, UnusableSnapshot, Version,
};
use sqlx::postgres::{PgArguments, PgRow};
use sqlx::query::Query;
use sqlx::{PgConnection, Postgres, Row};

use crate::append::arrays::bigint;
use crate::error::{from_sqlx, unexpected};
use crate::read::reader::Reader;
use crate::row;

/// The column of `snapshot_page.sql` in which a snapshot has its verdict and an event nothing.
const VERDICT: usize = 8;

impl Reader {
    /// A snapshot and the events after it: one statement.
    pub(crate) async fn read_snapshot_page(
        &self,
        stream: &StreamId,
        shape: Fingerprint,
        at_most: Version,
        limit: u32,
    ) -> Result<SnapshotPage, StoreError> {
        let query = self.snapshot_query(stream, shape, at_most, limit);
        page_of(&self.database.rows_of(query).await?, stream, shape)
    }

    /// The same on a connection that is held.
    pub(crate) async fn snapshot_page_on(
        &self,
        connection: &mut PgConnection,
        stream: &StreamId,
        shape: Fingerprint,
        at_most: Version,
        limit: u32,
    ) -> Result<SnapshotPage, StoreError> {
        let query = self.snapshot_query(stream, shape, at_most, limit);
        page_of(&query.fetch_all(connection).await.map_err(from_sqlx)?, stream, shape)
    }

    fn snapshot_query(
        &self,
        stream: &StreamId,
        shape: Fingerprint,
        at_most: Version,
        limit: u32,
    ) -> Query<'static, Postgres, PgArguments> {
        self.database
            .query(include_str!("../../sql/snapshot_page.sql"))
            .bind(stream.category().as_str())
            .bind(stream.key().as_str())
            .bind(shape.0.cast_signed())
            .bind(bigint(at_most.0))
            .bind(i64::from(limit))
    }

    /// Keeps one snapshot and drops what is more than `keep`: one statement.
    pub(crate) async fn write_snapshot(
        &self,
        stream: &StreamId,
        snapshot: &Snapshot,
        keep: u32,
    ) -> Result<(), StoreError> {
        let query = self
            .database
            .query(include_str!("../../sql/save_snapshot.sql"))
            .bind(stream.category().as_str())
            .bind(stream.key().as_str())
            .bind(snapshot.shape.0.cast_signed())
            .bind(bigint(snapshot.version.0))
            .bind(bigint(snapshot.position.0))
            .bind(snapshot.state.as_str())
            .bind(i64::from(keep));
        self.database.rows_of(query).await.map(drop)
    }
}

fn page_of(
    rows: &[PgRow],
    stream: &StreamId,
    shape: Fingerprint,
) -> Result<SnapshotPage, StoreError> {
    let (found, tail) = match rows.split_first() {
        Some((first, tail)) => match verdict(first)? {
            Some(verdict) => (Some((first, verdict)), tail),
            None => (None, rows),
        },
        None => (None, rows),
    };
    let names = &mut row::Names::default();
    let event = |row| row::event_of(row, stream.clone(), names);
    let events = tail.iter().map(event).collect::<Result<_, _>>()?;
    match found {
        None => Ok(SnapshotPage::new(None, events)),
        Some((row, 1)) => Ok(SnapshotPage::new(Some(snapshot(row, shape)?), events)),
        Some((_, 2)) => Ok(SnapshotPage::without(UnusableSnapshot::OtherShape, events)),
        Some((_, 3)) => Ok(SnapshotPage::without(UnusableSnapshot::OtherHistory, events)),
        Some(_) => Err(unexpected("a snapshot with an unknown verdict")),
    }
}

fn verdict(row: &PgRow) -> Result<Option<i16>, StoreError> {
    row.try_get(VERDICT).map_err(from_sqlx)
}

fn snapshot(row: &PgRow, shape: Fingerprint) -> Result<Snapshot, StoreError> {
    let position = Position(row::unsigned(row, 0)?);
    let version = Version(row::unsigned(row, 1)?);
    Ok(Snapshot::new(shape, version, position, row::json(row, 6)?.to_owned()))
}
