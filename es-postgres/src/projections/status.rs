//! The status of versions.

use es_core::projection::{
    InHand, NodeStatus, SlotStatus, Unreadable, VersionQuery, VersionStatus,
};
use es_core::{
    EventName, Position, ProjectionId, ProjectionName, SchemaVersion, StoreError, Timestamp,
};
use sqlx::postgres::PgRow;
use sqlx::{AssertSqlSafe, PgConnection, Row};

use crate::error::from_sqlx;
use crate::row;

use super::PgProjections;
use super::leases::{epoch, slot};
use super::version::{corrupt, event_names, state, unsupported, version};

impl PgProjections {
    pub(super) async fn versions_of(
        &self,
        query: VersionQuery<'_>,
    ) -> Result<Vec<VersionStatus>, StoreError> {
        let name = match query {
            VersionQuery::Read(name) => return self.read_version(name).await,
            VersionQuery::Named(name) => Some(name.as_str()),
            VersionQuery::All => None,
            other => return Err(unsupported(format!("there is no way to read {other:?}"))),
        };
        let query = self.database.query(include_str!("../../sql/projections/versions.sql"));
        let rows = self.database.rows_of(query.bind(name)).await?;
        rows.iter().map(status).collect()
    }

    async fn read_version(&self, name: &ProjectionName) -> Result<Vec<VersionStatus>, StoreError> {
        let query = self.database.query(include_str!("../../sql/projections/read_version.sql"));
        let rows = self.database.rows_of(query.bind(name.as_str())).await?;
        rows.iter().map(version_and_slots).collect()
    }

    /// Counts the rows of the tables in a schema.
    pub(super) async fn count_rows(
        &self,
        connection: &mut PgConnection,
        schema: &str,
    ) -> Result<Vec<(String, u64)>, StoreError> {
        let tables = self.tables(&mut *connection, schema).await?;
        let mut counts = Vec::with_capacity(tables.len());
        for table in tables {
            let count =
                sqlx::raw_sql(AssertSqlSafe(format!("SELECT count(*) FROM {}", table.quoted)));
            let row = count.fetch_one(&mut *connection).await.map_err(from_sqlx)?;
            counts.push((table.name, row::unsigned(&row, 0)?));
        }
        Ok(counts)
    }
}

/// The columns that `versions.sql` and `read_version.sql` have in common.
fn version_and_slots(row: &PgRow) -> Result<VersionStatus, StoreError> {
    let name: &str = row.try_get(0).map_err(from_sqlx)?;
    let name = ProjectionName::new(name).map_err(corrupt)?;
    let id = ProjectionId::new(name, version(row, 1)?);
    let stopped: Option<String> = row.try_get(3).map_err(from_sqlx)?;
    let state = state(row.try_get(2).map_err(from_sqlx)?, stopped.is_some())?;
    let incarnation = row.try_get::<uuid::Uuid, _>(4).map_err(from_sqlx)?.into();
    let mut status = VersionStatus::new(id, state, incarnation, row::timestamp(row, 6)?);
    status.stopped = stopped;
    status.types = event_names(row, 5)?;
    status.is_read = row.try_get(7).map_err(from_sqlx)?;
    status.keyed_by = row.try_get(8).map_err(from_sqlx)?;
    let (numbers, epochs): (Vec<i16>, Vec<i64>) = (array(row, 9)?, array(row, 10)?);
    let checkpoints: Vec<i64> = array(row, 11)?;
    let slots = numbers.into_iter().zip(epochs.into_iter().zip(checkpoints));
    let slots = slots.map(|(number, (epochs, checkpoint))| {
        let checkpoint = Position(checkpoint.unsigned_abs());
        Ok(SlotStatus::new(slot(number)?, epoch(epochs), checkpoint))
    });
    status.slots = slots.collect::<Result<_, StoreError>>()?;
    Ok(status)
}

fn status(row: &PgRow) -> Result<VersionStatus, StoreError> {
    let mut status = version_and_slots(row)?;
    let owners: Vec<Option<uuid::Uuid>> = array(row, 12)?;
    let parked: Vec<i64> = array(row, 13)?;
    for (slot, (owner, parked)) in status.slots.iter_mut().zip(owners.into_iter().zip(parked)) {
        slot.owner = owner.map(Into::into);
        slot.parked_keys = parked.unsigned_abs();
    }
    status.nodes = nodes(row)?;
    status.parked_keys = status.slots.iter().map(|slot| slot.parked_keys).sum();
    status.parked_events = row::unsigned(row, 18)?;
    status.unreadable = unreadable(row)?;
    Ok(status)
}

fn nodes(row: &PgRow) -> Result<Vec<NodeStatus>, StoreError> {
    let nodes: Vec<uuid::Uuid> = array(row, 14)?;
    let (until, rates): (Vec<i64>, Vec<f64>) = (array(row, 15)?, array(row, 16)?);
    let errors: Vec<Option<String>> = array(row, 17)?;
    let hands = in_hand(row)?;
    let nodes = nodes.into_iter().zip(until).zip(rates.into_iter().zip(errors)).zip(hands);
    let status = nodes.map(|(((node, until), (rate, error)), hand)| {
        let mut status = NodeStatus::new(node.into(), Timestamp::from_unix_micros(until));
        status.rate = rate;
        status.error = error;
        status.in_hand = hand;
        status
    });
    Ok(status.collect())
}

/// The event that each node is handling.
fn in_hand(row: &PgRow) -> Result<Vec<Option<InHand>>, StoreError> {
    let positions: Vec<Option<i64>> = array(row, 19)?;
    let events: Vec<Option<String>> = array(row, 20)?;
    let streams: Vec<Option<String>> = array(row, 21)?;
    let since: Vec<Option<i64>> = array(row, 22)?;
    let hands = positions.into_iter().zip(events).zip(streams.into_iter().zip(since));
    let hands = hands.map(|((position, event), (stream, since))| {
        let position = Position(position?.unsigned_abs());
        Some(InHand::new(position, event?, stream?, Timestamp::from_unix_micros(since?)))
    });
    Ok(hands.collect())
}

fn unreadable(row: &PgRow) -> Result<Vec<Unreadable>, StoreError> {
    let names: Vec<String> = array(row, 23)?;
    let (versions, keys): (Vec<i32>, Vec<i64>) = (array(row, 24)?, array(row, 25)?);
    let kinds = names.into_iter().zip(versions).zip(keys).map(|((name, version), keys)| {
        let (name, version) = (EventName::new(name).map_err(corrupt)?, version.unsigned_abs());
        Ok(Unreadable::new(name, SchemaVersion(version), keys.unsigned_abs()))
    });
    kinds.collect()
}

/// The array in a column; empty if the server aggregated no rows.
fn array<'r, T>(row: &'r PgRow, column: usize) -> Result<Vec<T>, StoreError>
where
    Vec<T>: sqlx::Decode<'r, sqlx::Postgres> + sqlx::Type<sqlx::Postgres>,
{
    let array = row.try_get::<Option<Vec<T>>, _>(column).map_err(from_sqlx)?;
    Ok(array.unwrap_or_default())
}
