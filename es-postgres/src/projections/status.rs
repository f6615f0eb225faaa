//! The status of versions.

use es_core::projection::{InHand, NodeStatus, SlotStatus, Unreadable, VersionStatus};
use es_core::{
    EventName, Position, ProjectionId, ProjectionName, SchemaVersion, StoreError, StoreErrorKind,
    Timestamp,
};
use sqlx::postgres::PgRow;
use sqlx::{AssertSqlSafe, Row};

use crate::error::from_sqlx;
use crate::row;

use super::PgProjections;
use super::leases::{epoch, slot};
use super::version::{state, version};

impl PgProjections {
    pub(super) async fn stop_version(
        &self,
        id: &ProjectionId,
        why: Option<&str>,
    ) -> Result<(), StoreError> {
        let query = self.of(id, include_str!("../../sql/projections/stop.sql"));
        match self.changed_by(query.bind(why.map(super::new_parked::text))).await? {
            0 => Err(super::version::unknown(id)),
            _ => Ok(()),
        }
    }

    pub(super) async fn read_versions(
        &self,
        name: Option<&ProjectionName>,
    ) -> Result<Vec<VersionStatus>, StoreError> {
        let query = self.store.query(include_str!("../../sql/projections/versions.sql"));
        let rows = self.store.rows_of(query.bind(name.map(ProjectionName::as_str))).await?;
        rows.iter().map(status).collect()
    }

    /// Counts the rows at one moment, even if the version changes meanwhile.
    pub(super) async fn count_rows(
        &self,
        id: &ProjectionId,
    ) -> Result<Vec<(String, u64)>, StoreError> {
        let mut opened = self.open(id, None, "").await?;
        let tables = self.tables(&mut opened.session, &opened.schema).await?;
        let mut counts = Vec::with_capacity(tables.len());
        for table in tables {
            let count =
                sqlx::raw_sql(AssertSqlSafe(format!("SELECT count(*) FROM {}", table.quoted)));
            let row = count.fetch_one(&mut *opened.session).await.map_err(from_sqlx)?;
            counts.push((table.name, row::unsigned(&row, 0)?));
        }
        opened.session.rollback().await?;
        Ok(counts)
    }
}

fn status(row: &PgRow) -> Result<VersionStatus, StoreError> {
    let name: &str = row.try_get(0).map_err(from_sqlx)?;
    let name = ProjectionName::new(name).map_err(corrupt)?;
    let id = ProjectionId::new(name, version(row, 1)?);
    let stopped: Option<String> = row.try_get(3).map_err(from_sqlx)?;
    let state = state(row.try_get(2).map_err(from_sqlx)?, stopped.is_some())?;
    let incarnation = row.try_get::<uuid::Uuid, _>(4).map_err(from_sqlx)?.into();
    let mut status = VersionStatus::new(id, state, incarnation, row::timestamp(row, 6)?);
    status.stopped = stopped;
    let types: Vec<String> = row.try_get(5).map_err(from_sqlx)?;
    let types = types.into_iter().map(|name| EventName::new(name).map_err(corrupt));
    status.types = types.collect::<Result<_, _>>()?;
    status.slots = slots(row)?;
    status.nodes = nodes(row)?;
    status.parked_keys = status.slots.iter().map(|slot| slot.parked_keys).sum();
    status.parked_events = row::unsigned(row, 16)?;
    status.unreadable = unreadable(row)?;
    Ok(status)
}

fn slots(row: &PgRow) -> Result<Vec<SlotStatus>, StoreError> {
    let numbers: Vec<i16> = array(row, 7)?;
    let owners: Vec<Option<uuid::Uuid>> = array(row, 8)?;
    let (epochs, checkpoints): (Vec<i64>, Vec<i64>) = (array(row, 9)?, array(row, 10)?);
    let parked: Vec<i64> = array(row, 11)?;
    let counts = epochs.into_iter().zip(checkpoints).zip(parked);
    let slots = numbers.into_iter().zip(owners).zip(counts);
    let status = slots.map(|((number, owner), ((epochs, checkpoint), parked))| {
        let checkpoint = Position(checkpoint.unsigned_abs());
        let mut status = SlotStatus::new(slot(number)?, epoch(epochs), checkpoint);
        status.owner = owner.map(Into::into);
        status.parked_keys = parked.unsigned_abs();
        Ok(status)
    });
    status.collect()
}

fn nodes(row: &PgRow) -> Result<Vec<NodeStatus>, StoreError> {
    let nodes: Vec<uuid::Uuid> = array(row, 12)?;
    let (until, rates): (Vec<i64>, Vec<f64>) = (array(row, 13)?, array(row, 14)?);
    let errors: Vec<Option<String>> = array(row, 15)?;
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
    let positions: Vec<Option<i64>> = array(row, 17)?;
    let events: Vec<Option<String>> = array(row, 18)?;
    let streams: Vec<Option<String>> = array(row, 19)?;
    let since: Vec<Option<i64>> = array(row, 20)?;
    let hands = positions.into_iter().zip(events).zip(streams.into_iter().zip(since));
    let hands = hands.map(|((position, event), (stream, since))| {
        let position = Position(position?.unsigned_abs());
        Some(InHand::new(position, event?, stream?, Timestamp::from_unix_micros(since?)))
    });
    Ok(hands.collect())
}

fn unreadable(row: &PgRow) -> Result<Vec<Unreadable>, StoreError> {
    let names: Vec<String> = array(row, 21)?;
    let (versions, keys): (Vec<i32>, Vec<i64>) = (array(row, 22)?, array(row, 23)?);
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

fn corrupt(why: es_core::InvalidText) -> StoreError {
    StoreError::new(StoreErrorKind::Corrupt, why)
}
