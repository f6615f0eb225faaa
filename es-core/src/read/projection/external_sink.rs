//! Projections that write elsewhere than into the store of their progress.

use std::fmt;
use std::sync::{Mutex, PoisonError};

use super::{
    Claim, CommitError, Heartbeat, HeartbeatReply, Holder, NodeId, Parked, ParkedKey,
    ParkedSelector, Progress, ProjectError, ProjectionBatch, ProjectionId, ProjectionKey,
    ProjectionName, ProjectionStore, RegisterError, Registration, Slot, Swap, VersionState,
    VersionStatus,
};
use crate::event::metadata::Reason;
use crate::event::name::{EventName, SchemaVersion};
use crate::store::checkpoint::Checkpoint;
use crate::store::error::{StoreError, StoreErrorKind};
use crate::stream::Position;

/// A store whose batches write into clones of `destination`.
pub(super) struct Elsewhere<P, D> {
    kept: P,
    /// A destination need not be shared between threads to be handed from one to another.
    destination: Mutex<D>,
}

impl<P, D: Clone> Elsewhere<P, D> {
    pub(super) fn new(kept: P, destination: D) -> Self {
        Self { kept, destination: Mutex::new(destination) }
    }

    fn destination(&self) -> D {
        self.destination.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl<P: Clone, D: Clone> Clone for Elsewhere<P, D> {
    fn clone(&self) -> Self {
        Self::new(self.kept.clone(), self.destination())
    }
}

impl<P, D> fmt::Debug for Elsewhere<P, D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Elsewhere").finish_non_exhaustive()
    }
}

/// A batch whose progress is begun when it is committed: whatever the destination takes its time for,
/// it holds no connection and no lock of the store.
pub(super) struct BatchElsewhere<P: ProjectionStore, D> {
    destination: D,
    progress: Begun<P>,
}

enum Begun<P: ProjectionStore> {
    Already(P::Batch),
    Later {
        kept: P,
        id: ProjectionId,
        node: NodeId,
        lease: std::time::Duration,
        state: VersionState,
    },
}

impl<P: ProjectionStore, D: Send + 'static> ProjectionBatch for BatchElsewhere<P, D> {
    type Db = D;

    fn db(&mut self) -> &mut D {
        &mut self.destination
    }

    /// Does nothing: a write to an external destination cannot be undone.
    async fn savepoint(&mut self) -> Result<(), StoreError> {
        Ok(())
    }

    async fn rollback_to(&mut self) -> Result<(), StoreError> {
        Ok(())
    }

    async fn commit(self, progress: Progress) -> Result<(), CommitError> {
        let batch = match self.progress {
            Begun::Already(batch) => batch,
            Begun::Later { kept, id, node, lease, state } => {
                kept.begin(Holder { id: &id, node, lease }, state).await?
            }
        };
        batch.commit(progress).await
    }

    async fn rollback(self) -> Result<(), StoreError> {
        match self.progress {
            Begun::Already(batch) => batch.rollback().await,
            Begun::Later { .. } => Ok(()),
        }
    }
}

impl<P: ProjectionStore, D: Clone + Send + 'static> Elsewhere<P, D> {
    fn batch(&self, batch: P::Batch) -> BatchElsewhere<P, D> {
        BatchElsewhere { destination: self.destination(), progress: Begun::Already(batch) }
    }
}

impl<P: ProjectionStore, D: Clone + Send + 'static> ProjectionStore for Elsewhere<P, D> {
    type Db = D;
    type Batch = BatchElsewhere<P, D>;

    async fn register(&self, registration: &Registration) -> Result<VersionState, RegisterError> {
        self.kept.register(registration).await
    }

    async fn prepare(&self, id: &ProjectionId) -> Result<Option<Self::Batch>, StoreError> {
        Ok(self.kept.prepare(id).await?.map(|batch| self.batch(batch)))
    }

    async fn heartbeat(
        &self,
        holder: Holder<'_>,
        heartbeat: &Heartbeat,
    ) -> Result<HeartbeatReply, StoreError> {
        self.kept.heartbeat(holder, heartbeat).await
    }

    async fn claim(&self, holder: Holder<'_>, at_most: usize) -> Result<Vec<Claim>, StoreError> {
        self.kept.claim(holder, at_most).await
    }

    async fn release(&self, holder: Holder<'_>, slots: &[Slot]) -> Result<(), StoreError> {
        self.kept.release(holder, slots).await
    }

    async fn deregister(&self, holder: Holder<'_>) -> Result<(), StoreError> {
        self.kept.deregister(holder).await
    }

    async fn begin(
        &self,
        holder: Holder<'_>,
        state: VersionState,
    ) -> Result<Self::Batch, StoreError> {
        let Holder { id, node, lease } = holder;
        let (kept, id) = (self.kept.clone(), id.clone());
        let progress = Begun::Later { kept, id, node, lease, state };
        Ok(BatchElsewhere { destination: self.destination(), progress })
    }

    fn is_transient(&self, error: &ProjectError) -> bool {
        self.kept.is_transient(error)
    }

    fn is_contention(&self, error: &ProjectError) -> bool {
        self.kept.is_contention(error)
    }

    async fn blocked(
        &self,
        id: &ProjectionId,
        slots: &[Slot],
    ) -> Result<Vec<ProjectionKey>, StoreError> {
        self.kept.blocked(id, slots).await
    }

    async fn due(
        &self,
        id: &ProjectionId,
        slots: &[Slot],
        unreadable: &[(EventName, SchemaVersion)],
        limit: u32,
    ) -> Result<Vec<Parked>, StoreError> {
        self.kept.due(id, slots, unreadable, limit).await
    }

    async fn parked(
        &self,
        id: &ProjectionId,
        key: &ProjectionKey,
        after: Position,
        limit: u32,
    ) -> Result<Vec<Parked>, StoreError> {
        self.kept.parked(id, key, after, limit).await
    }

    async fn parked_keys(
        &self,
        id: &ProjectionId,
        after: Option<&ProjectionKey>,
        limit: u32,
    ) -> Result<Vec<ParkedKey>, StoreError> {
        self.kept.parked_keys(id, after, limit).await
    }

    async fn replay(&self, id: &ProjectionId, keys: &ParkedSelector) -> Result<u64, StoreError> {
        self.kept.replay(id, keys).await
    }

    async fn drop_parked(
        &self,
        id: &ProjectionId,
        key: &ProjectionKey,
        position: Position,
        reason: &Reason,
    ) -> Result<bool, StoreError> {
        self.kept.drop_parked(id, key, position, reason).await
    }

    async fn stop(&self, id: &ProjectionId, why: Option<&str>) -> Result<(), StoreError> {
        self.kept.stop(id, why).await
    }

    async fn versions(
        &self,
        name: Option<&ProjectionName>,
    ) -> Result<Vec<VersionStatus>, StoreError> {
        self.kept.versions(name).await
    }

    async fn visible(&self, name: &ProjectionName) -> Result<Option<Checkpoint>, StoreError> {
        self.kept.visible(name).await
    }

    async fn limits(&self, id: &ProjectionId) -> Result<Option<Vec<(Slot, Position)>>, StoreError> {
        self.kept.limits(id).await
    }

    async fn swap(&self, id: &ProjectionId) -> Result<Swap, StoreError> {
        self.kept.swap(id).await
    }

    async fn reinstate(&self, id: &ProjectionId) -> Result<VersionState, StoreError> {
        self.kept.reinstate(id).await
    }

    async fn drop_version(&self, id: &ProjectionId) -> Result<bool, StoreError> {
        self.kept.drop_version(id).await
    }

    async fn rebuild(&self, id: &ProjectionId) -> Result<Self::Batch, StoreError> {
        Ok(self.batch(self.kept.rebuild(id).await?))
    }

    /// Fails: writes into the destination cannot be undone, so no keys can be folded for a
    /// comparison.
    async fn scratch(&self, id: &ProjectionId) -> Result<Self::Batch, StoreError> {
        let error = format!("`{id}` writes into something that cannot be undone");
        Err(StoreError::new(StoreErrorKind::Unsupported, error))
    }

    async fn rows(&self, id: &ProjectionId) -> Result<Self::Batch, StoreError> {
        Ok(self.batch(self.kept.rows(id).await?))
    }

    async fn counts(&self, id: &ProjectionId) -> Result<Vec<(String, u64)>, StoreError> {
        self.kept.counts(id).await
    }
}
