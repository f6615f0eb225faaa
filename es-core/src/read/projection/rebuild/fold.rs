//! The rows of one key, folded anew and separately.

use serde_json::Value;

use super::checks::not_for_a_moment;
use crate::event::recorded::RecordedEvent;
use crate::read::projection::dispatch::{Effects, dispatch};
use crate::read::projection::{
    ProjectionBatch, ProjectionId, ProjectionKey, ProjectionStore, ReadModel,
};
use crate::store::error::StoreError;

/// Empty tables, seen by nobody and gone in the end, into which keys are folded for a comparison.
pub(super) struct Scratch<'a, K: ProjectionStore, X> {
    kept: &'a K,
    projection: &'a X,
    batch: K::Batch,
}

impl<'a, K: ProjectionStore, X: ReadModel<K::Db>> Scratch<'a, K, X> {
    pub(super) async fn make(
        kept: &'a K,
        projection: &'a X,
        id: &ProjectionId,
    ) -> Result<Self, StoreError> {
        let mut batch = kept.scratch(id).await?;
        projection.create(batch.db()).await.map_err(failed)?;
        batch.savepoint().await?;
        Ok(Self { kept, projection, batch })
    }

    /// Returns the rows that follow from `events`, which are all of `key`; `None` if the events
    /// cannot be projected, or if rows cannot be told apart by key. The tables are empty again
    /// afterwards.
    pub(super) async fn rows(
        &mut self,
        key: &ProjectionKey,
        events: &[RecordedEvent],
    ) -> Result<Option<Value>, StoreError> {
        let db = self.batch.db();
        let rows = match dispatch(self.projection, events, Effects::Skip, db).await {
            Ok(()) => self.projection.rows_of(key, db).await,
            Err(unhandled) => Err(unhandled.error),
        };
        self.batch.rollback_to().await?;
        match rows {
            Ok(rows) => Ok(rows),
            Err(error) => not_for_a_moment(self.kept, error).map(|_| None),
        }
    }

    pub(super) async fn drop(self) -> Result<(), StoreError> {
        self.batch.rollback().await
    }
}

fn failed(error: crate::ProjectError) -> StoreError {
    StoreError::new(crate::StoreErrorKind::Other, error.into_error())
}
