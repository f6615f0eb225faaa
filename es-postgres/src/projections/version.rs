//! A version, as stored in `es.projections`.

use es_core::projection::VersionState;
use es_core::{Incarnation, ProjectionId, StoreError, StoreErrorKind};
use sqlx::Row;
use sqlx::postgres::PgRow;

use crate::error::from_sqlx;
use crate::row;

use super::{PgProjections, schema_name};

/// A row of `known.sql`: a registered version.
#[expect(clippy::struct_excessive_bools, reason = "the columns of a row, each a fact of its own")]
pub(super) struct Known {
    pub(super) projection: i32,
    /// The place of the version: building, serving or retired.
    pub(super) place: VersionState,
    pub(super) is_stopped: bool,
    pub(super) is_read: bool,
    pub(super) is_prepared: bool,
    pub(super) keyed_by: String,
    pub(super) incarnation: Incarnation,
    pub(super) has_effects: bool,
    pub(super) id: ProjectionId,
}

impl Known {
    /// The version of that name in a row of `known.sql`.
    pub(super) fn of(row: &PgRow, name: &es_core::ProjectionName) -> Result<Self, StoreError> {
        Ok(Self {
            projection: row.try_get(0).map_err(from_sqlx)?,
            place: state(row.try_get(1).map_err(from_sqlx)?, false)?,
            is_stopped: row.try_get(2).map_err(from_sqlx)?,
            is_read: row.try_get(3).map_err(from_sqlx)?,
            is_prepared: row.try_get(4).map_err(from_sqlx)?,
            keyed_by: row.try_get(5).map_err(from_sqlx)?,
            incarnation: row.try_get::<uuid::Uuid, _>(6).map_err(from_sqlx)?.into(),
            id: ProjectionId::new(name.clone(), version(row, 7)?),
            has_effects: row.try_get(8).map_err(from_sqlx)?,
        })
    }

    pub(super) fn state(&self) -> VersionState {
        self.state_in(self.place)
    }

    /// The state of a version if its place is `place`.
    pub(super) fn state_in(&self, place: VersionState) -> VersionState {
        if self.is_stopped { VersionState::Stopped } else { place }
    }
}

impl PgProjections {
    /// The schema of the rows of a version.
    pub(super) fn schema_of(&self, known: &Known) -> String {
        schema_name::schema(&self.store.schema, &known.id, known.is_read)
    }
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

/// The error for a version that was never registered, or was dropped.
pub(super) fn unknown(id: &ProjectionId) -> StoreError {
    unsupported(format!("`{id}` is not known here: run it first"))
}

/// The error for a request that is not supported.
pub(super) fn unsupported(why: String) -> StoreError {
    StoreError::new(StoreErrorKind::Unsupported, why)
}
