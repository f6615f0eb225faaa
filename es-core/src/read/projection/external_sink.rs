//! Projections that write elsewhere than into the store of their progress.

use std::fmt;
use std::sync::{Mutex, PoisonError};

use super::version::{ChangeError, VersionChange, VersionRow, unsupported};
use super::{
    Claims, CommitError, Dropped, Heartbeat, HeartbeatReply, Holder, NodeId, Parked, ParkedQuery,
    Progress, ProjectError, ProjectionBackend, ProjectionBatch, ProjectionId, Release, Scope,
    Transience, VersionQuery, VersionState, VersionStatus,
};
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
pub(super) struct BatchElsewhere<P: ProjectionBackend, D> {
    destination: D,
    progress: Begun<P>,
}

enum Begun<P: ProjectionBackend> {
    Already(P::Batch),
    Later {
        kept: P,
        id: ProjectionId,
        node: NodeId,
        lease: std::time::Duration,
        state: VersionState,
    },
}

impl<P: ProjectionBackend, D: Send + 'static> ProjectionBatch for BatchElsewhere<P, D> {
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
                let holder = Holder { id: &id, node, lease };
                kept.begin(Scope::Node { holder, state }).await?
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

    async fn versions(&mut self) -> Result<Vec<VersionRow>, StoreError> {
        match &mut self.progress {
            Begun::Already(batch) => batch.versions().await,
            Begun::Later { id, .. } => Err(no_versions(id)),
        }
    }

    async fn apply(&mut self, change: VersionChange) -> Result<u64, ChangeError> {
        match &mut self.progress {
            Begun::Already(batch) => batch.apply(change).await,
            Begun::Later { id, .. } => Err(no_versions(id).into()),
        }
    }

    async fn counts(&mut self) -> Result<Vec<(String, u64)>, StoreError> {
        match &mut self.progress {
            Begun::Already(batch) => batch.counts().await,
            Begun::Later { .. } => Ok(Vec::new()),
        }
    }
}

fn no_versions(id: &ProjectionId) -> StoreError {
    unsupported(format!("a batch on the rows of `{id}` changes no version"))
}

impl<P: ProjectionBackend, D: Clone + Send + 'static> ProjectionBackend for Elsewhere<P, D> {
    type Db = D;
    type Batch = BatchElsewhere<P, D>;

    async fn heartbeat(
        &self,
        holder: Holder<'_>,
        heartbeat: &Heartbeat,
    ) -> Result<HeartbeatReply, StoreError> {
        self.kept.heartbeat(holder, heartbeat).await
    }

    async fn claim(&self, holder: Holder<'_>, at_most: usize) -> Result<Claims, StoreError> {
        self.kept.claim(holder, at_most).await
    }

    async fn release(&self, holder: Holder<'_>, what: Release<'_>) -> Result<(), StoreError> {
        self.kept.release(holder, what).await
    }

    /// Fails for a scratch: writes into the destination cannot be undone, so no keys can be folded for a
    /// comparison.
    async fn begin(&self, scope: Scope<'_>) -> Result<Self::Batch, StoreError> {
        let progress = match scope {
            Scope::Node { holder: Holder { id, node, lease }, state } => {
                let (kept, id) = (self.kept.clone(), id.clone());
                Begun::Later { kept, id, node, lease, state }
            }
            Scope::Scratch(id) => {
                let error = format!("`{id}` writes into something that cannot be undone");
                return Err(StoreError::new(StoreErrorKind::Unsupported, error));
            }
            scope => Begun::Already(self.kept.begin(scope).await?),
        };
        Ok(BatchElsewhere { destination: self.destination(), progress })
    }

    async fn read_parked(
        &self,
        id: &ProjectionId,
        query: ParkedQuery<'_>,
        limit: u32,
    ) -> Result<Vec<Parked>, StoreError> {
        self.kept.read_parked(id, query, limit).await
    }

    async fn dropped(
        &self,
        id: &ProjectionId,
        after: Position,
        limit: u32,
    ) -> Result<Vec<Dropped>, StoreError> {
        self.kept.dropped(id, after, limit).await
    }

    async fn read_versions(
        &self,
        query: VersionQuery<'_>,
    ) -> Result<Vec<VersionStatus>, StoreError> {
        self.kept.read_versions(query).await
    }

    fn transience(&self, error: &ProjectError) -> Transience {
        self.kept.transience(error)
    }
}
