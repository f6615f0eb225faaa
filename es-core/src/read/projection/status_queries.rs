//! Status of all projections.

use super::{
    Health, ProjectionName, ProjectionStatus, ProjectionStore, Projections, ReadModel,
    RebuildError, RebuildProgress, Rebuilding, Rebuilt, Thresholds, rebuild,
};
use crate::store::cursor::Cursor;
use crate::store::error::StoreError;
use crate::store::event_store::EventStore;

/// Status, lag and health of projections, on any process, whether it runs them or not.
///
/// ```
/// use es_core::prelude::*;
/// use es_core::projection::{HealthState, ProjectionStore, Projections, Thresholds};
///
/// async fn health_check(
///     projections: &Projections<impl EventStore, impl ProjectionStore>,
/// ) -> Result<(u16, String), Box<dyn std::error::Error>> {
///     let health = projections.health(&Thresholds::default()).await?;
///     let status = if health.state == HealthState::Failed { 503 } else { 200 };
///     Ok((status, health.to_string()))
/// }
/// ```
impl<S: EventStore, P: ProjectionStore> Projections<S, P> {
    /// Returns the status of every version of every projection that is kept: the position and lag
    /// of each slot, the nodes that run it, the parked events.
    ///
    /// Reads the kept progress once, and the log once for each version that does not rest.
    pub async fn status(&self) -> Result<Vec<ProjectionStatus>, StoreError> {
        self.statuses(None).await
    }

    /// Returns the answer to a health check. A version of which the log cannot tell what it lacks is a
    /// finding.
    pub async fn health(&self, thresholds: &Thresholds) -> Result<Health, StoreError> {
        self.health_of(None, thresholds).await
    }

    pub(super) async fn health_of(
        &self,
        name: Option<&ProjectionName>,
        thresholds: &Thresholds,
    ) -> Result<Health, StoreError> {
        let mut statuses = Vec::new();
        let mut unread = Vec::new();
        let versions = self.kept.versions(name).await?;
        let is_unknown = versions.is_empty();
        for version in versions {
            let id = version.id.clone();
            match ProjectionStatus::of(&self.log, version).await {
                Ok(status) => statuses.push(status),
                Err(error) => unread.push((id, error)),
            }
        }
        let mut health = Health::of(&statuses, thresholds);
        if let Some(name) = name.filter(|_| is_unknown) {
            health.add_unknown(name.clone());
        }
        // A log that cannot be read cannot say that either.
        if unread.is_empty()
            && let Some(held_up) = self.log.held_up().await?
        {
            health.look_at_log(held_up, thresholds);
        }
        for (id, error) in unread {
            health.cannot_tell(id, &error);
        }
        Ok(health)
    }

    /// Returns the versions that are built beside those that serve: how far they are, and how long they take.
    pub async fn rebuilding(&self) -> Result<Vec<Rebuilding>, StoreError> {
        Ok(self.status().await?.iter().filter_map(Rebuilding::of).collect())
    }

    pub(super) async fn statuses(
        &self,
        name: Option<&ProjectionName>,
    ) -> Result<Vec<ProjectionStatus>, StoreError> {
        let versions = self.kept.versions(name).await?;
        let mut statuses = Vec::with_capacity(versions.len());
        for version in versions {
            statuses.push(ProjectionStatus::of(&self.log, version).await?);
        }
        Ok(statuses)
    }

    /// Empties the rows of a projection and folds the log anew, while its old rows are read: in one
    /// batch, which is committed in the end or not at all. For projections that are folded in seconds;
    /// larger ones get a new [`VERSION`](super::Projection::VERSION), which is built beside.
    ///
    /// Goes up to where the log is complete when it begins. Of a projection that has effects, every slot
    /// goes as far as it had come, and effects that were had are not had again; those of later events
    /// come when it is run. Nothing is parked any more. A version that was stopped stays so until it is
    /// [resumed](super::ProjectionHandle::resume). A stop that is called meanwhile waits for the rebuild in Postgres;
    /// in memory it does not, and the rebuild is [lost](super::CommitError::Lost).
    ///
    /// Nodes that run the projection meanwhile commit nothing, and go on from the new rows.
    ///
    /// # Errors
    ///
    /// [`RebuildError`], also at the first event that cannot be handled: it is named. In each case, and if
    /// the future is dropped, everything is as it was before.
    pub async fn rebuild_in_place<X: ReadModel<P::Db>>(
        &self,
        projection: &X,
    ) -> Result<Rebuilt, RebuildError> {
        self.rebuild_in_place_with(projection, |_| {}).await
    }

    /// Does the same as [`rebuild_in_place`](Self::rebuild_in_place), and calls `tell` after every
    /// page.
    pub async fn rebuild_in_place_with<X: ReadModel<P::Db>>(
        &self,
        projection: &X,
        tell: impl FnMut(&RebuildProgress) + Send,
    ) -> Result<Rebuilt, RebuildError> {
        let incarnation = self.log.log_page(Cursor::END, 1).await?.incarnation;
        let registration = super::runner::registration::<X>(incarnation)?;
        let folded =
            rebuild::rebuild_in_place(&self.log, &self.kept, projection, &registration, tell);
        let rebuilt = Box::pin(folded).await?;
        self.ask_to_look(&registration.id.name);
        Ok(rebuilt)
    }
}
