//! The rows of versions, as the rules of versions see them.

use es_core::projection::version::{SlotRow, VersionRow, unknown};
use es_core::projection::{Registration, VersionState};
use es_core::{EventName, Position, ProjectionId, ProjectionName, StoreError, StoreErrorKind};
use sqlx::postgres::PgRow;
use sqlx::{PgConnection, Row};

use crate::error::from_sqlx;
use crate::row;

use super::exclusive_build::INLINE;
use super::leases::slot;
use super::{PgProjections, schema_name};

/// The versions that a batch changes, and the lock that keeps others out.
#[derive(Clone, Debug)]
pub(super) enum Versions {
    /// Those of a name.
    Of(ProjectionName),
    /// Those of the name of a version that is to be promoted.
    Promoting(ProjectionId),
    /// All of them: the table is locked.
    All,
}

/// A version, as statements about its rows name it.
pub(super) struct Numbered {
    /// The number in `es.projections.id`.
    pub(super) projection: i32,
    pub(super) is_prepared: bool,
    /// The schema of its rows.
    pub(super) schema: String,
}

impl PgProjections {
    /// The rows of the versions that a batch changes, under its lock.
    pub(super) async fn locked_rows(
        &self,
        connection: &mut PgConnection,
        versions: &Versions,
    ) -> Result<Vec<VersionRow>, StoreError> {
        match versions {
            Versions::All => self.version_rows(connection, None).await,
            Versions::Of(name) => {
                self.lock_versions(connection, name).await?;
                self.version_rows(connection, Some(name)).await
            }
            Versions::Promoting(id) => self.rows_for_promotion(connection, id).await,
        }
    }

    /// The rows of the name of a version that is to be promoted; that of the version that is read names the
    /// objects that would go on reading its rows, and the grants that would be lost.
    async fn rows_for_promotion(
        &self,
        connection: &mut PgConnection,
        id: &ProjectionId,
    ) -> Result<Vec<VersionRow>, StoreError> {
        self.lock_versions(connection, &id.name).await?;
        let mut rows = self.version_rows(connection, Some(&id.name)).await?;
        if let Some(read) = rows.iter_mut().find(|row| row.is_read && row.is_prepared)
            && read.id != *id
        {
            let schema = &self.database.schema;
            let old = schema_name::of_name(schema, &id.name);
            let heir = schema_name::numbered(schema, id);
            read.dependents = self.dependents(connection, &old, Some(&heir)).await?;
        }
        Ok(rows)
    }

    /// Locks all versions of the name. Two sessions that change them wait for one another.
    pub(super) async fn lock_versions(
        &self,
        connection: &mut PgConnection,
        name: &ProjectionName,
    ) -> Result<(), StoreError> {
        let query = self.database.query(include_str!("../../sql/projections/lock_versions.sql"));
        query.bind(name.as_str()).fetch_all(connection).await.map_err(from_sqlx)?;
        Ok(())
    }

    /// The versions of the name, or of all names.
    pub(super) async fn version_rows(
        &self,
        connection: &mut PgConnection,
        name: Option<&ProjectionName>,
    ) -> Result<Vec<VersionRow>, StoreError> {
        let query = self.database.query(include_str!("../../sql/projections/version_rows.sql"));
        let query = query.bind(name.map(ProjectionName::as_str));
        let rows = query.fetch_all(connection).await.map_err(from_sqlx)?;
        rows.iter().map(version_row).collect()
    }

    pub(super) async fn numbered(
        &self,
        connection: &mut PgConnection,
        id: &ProjectionId,
    ) -> Result<Numbered, StoreError> {
        let query = self.of(id, include_str!("../../sql/projections/number.sql"));
        let row = query.fetch_optional(connection).await.map_err(from_sqlx)?;
        let row = row.ok_or_else(|| unknown(id))?;
        let is_read = row.try_get(1).map_err(from_sqlx)?;
        Ok(Numbered {
            projection: row.try_get(0).map_err(from_sqlx)?,
            is_prepared: row.try_get(2).map_err(from_sqlx)?,
            schema: schema_name::schema(&self.database.schema, id, is_read),
        })
    }
}

fn version_row(row: &PgRow) -> Result<VersionRow, StoreError> {
    let name: &str = row.try_get(0).map_err(from_sqlx)?;
    let name = ProjectionName::new(name).map_err(corrupt)?;
    let incarnation = row.try_get::<uuid::Uuid, _>(9).map_err(from_sqlx)?.into();
    let mut registration =
        Registration::new(ProjectionId::new(name, version(row, 1)?), incarnation);
    registration.keyed_by = row.try_get(6).map_err(from_sqlx)?;
    registration.types = event_names(row, 7)?;
    registration.has_effects = row.try_get(8).map_err(from_sqlx)?;
    let place = state(row.try_get(2).map_err(from_sqlx)?, false)?;
    let mut version = VersionRow::new(&registration, place, row.try_get(4).map_err(from_sqlx)?);
    version.is_stopped = row.try_get(3).map_err(from_sqlx)?;
    version.is_prepared = row.try_get(5).map_err(from_sqlx)?;
    version.is_inline = version.keyed_by == INLINE;
    version.has_parked = row.try_get(10).map_err(from_sqlx)?;
    version.slots = slots(row)?;
    Ok(version)
}

fn slots(row: &PgRow) -> Result<Vec<SlotRow>, StoreError> {
    let numbers: Vec<i16> = row.try_get(11).map_err(from_sqlx)?;
    let checkpoints: Vec<i64> = row.try_get(12).map_err(from_sqlx)?;
    let effects: Vec<i64> = row.try_get(13).map_err(from_sqlx)?;
    let position = |position: i64| Position(position.unsigned_abs());
    let slots = numbers.into_iter().zip(checkpoints.into_iter().zip(effects));
    let slots = slots.map(|(number, (checkpoint, effects))| {
        Ok(SlotRow::new(slot(number)?, position(checkpoint), position(effects)))
    });
    slots.collect()
}

/// The names of events in a column.
pub(super) fn event_names(row: &PgRow, column: usize) -> Result<Vec<EventName>, StoreError> {
    let names: Vec<String> = row.try_get(column).map_err(from_sqlx)?;
    names.into_iter().map(|name| EventName::new(name).map_err(corrupt)).collect()
}

/// The number of a version.
pub(super) fn version(row: &PgRow, column: usize) -> Result<u32, StoreError> {
    u32::try_from(row::unsigned(row, column)?)
        .map_err(|why| StoreError::new(StoreErrorKind::Corrupt, why))
}

/// The state for the text in its column.
pub(super) fn state(text: &str, is_stopped: bool) -> Result<VersionState, StoreError> {
    match text {
        _ if is_stopped => Ok(VersionState::Stopped),
        "building" => Ok(VersionState::Building),
        "serving" => Ok(VersionState::Serving),
        "retired" => Ok(VersionState::Retired),
        other => Err(StoreError::new(
            StoreErrorKind::Corrupt,
            format!("a version is in the unknown state {other:?}"),
        )),
    }
}

/// The text of a place in its column.
pub(super) fn text_of(place: VersionState) -> Result<&'static str, StoreError> {
    match place {
        VersionState::Building => Ok("building"),
        VersionState::Serving => Ok("serving"),
        VersionState::Retired => Ok("retired"),
        other => Err(unsupported(format!("{other:?} is no place of a version"))),
    }
}

/// The error for a request that is not supported.
pub(super) fn unsupported(why: String) -> StoreError {
    StoreError::new(StoreErrorKind::Unsupported, why)
}

pub(super) fn corrupt(why: es_core::InvalidText) -> StoreError {
    StoreError::new(StoreErrorKind::Corrupt, why)
}
