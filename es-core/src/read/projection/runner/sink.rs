//! The place that handlers write into, beside the backend that keeps the progress.

use std::fmt;
use std::future::Future;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::consumer::Consumer;
use crate::read::projection::rebuild::Verified;
use crate::read::projection::{
    CommitError, Holder, NodeId, Progress, ProjectError, ProjectionBatch, ProjectionId,
    ProjectionStore, Scope, VersionState,
};
use crate::store::error::StoreError;
use crate::store::event_store::EventStore;

/// The place that the handlers of a run write into: the transaction of the backend `P`, or a system of its
/// own.
pub(crate) trait Sink<P: ProjectionStore>: Send + Sync + 'static {
    /// The place, as a handler sees it.
    type Db: Send + 'static;

    /// The writes and the progress of one step.
    type Batch: SinkBatch<Db = Self::Db>;

    /// True if writes cannot be undone. Then the node checks before each batch that its slots are still its
    /// own: a batch that is not begun need not be repeated by another node.
    const IS_EXTERNAL: bool;

    /// Begins a batch of a node.
    fn begin(
        &self,
        kept: &P,
        holder: Holder<'_>,
        state: VersionState,
    ) -> impl Future<Output = Result<Self::Batch, StoreError>> + Send;

    /// Has the consumer make the place that it writes into; `tables` is the batch that notes it.
    fn create<C: Consumer<Self::Db>>(
        &self,
        consumer: &C,
        tables: &mut P::Batch,
    ) -> impl Future<Output = Result<(), ProjectError>> + Send;

    /// Has the consumer verify what it wrote, with up to `keys` keys folded anew where that can be.
    fn verify<S: EventStore, C: Consumer<Self::Db>>(
        &self,
        consumer: &C,
        log: &S,
        kept: &P,
        keys: u32,
    ) -> impl Future<Output = Result<Verified, StoreError>> + Send;
}

/// The writes and the progress of one step. Where writes cannot be undone, nothing is done to undo them: so
/// it is by default.
pub(crate) trait SinkBatch: Sized + Send + 'static {
    /// The place, as a handler sees it.
    type Db: Send + 'static;

    /// The place.
    fn db(&mut self) -> &mut Self::Db;

    /// Sets the savepoint that [`rollback_to`](Self::rollback_to) rolls back to.
    fn savepoint(&mut self) -> impl Future<Output = Result<(), StoreError>> + Send {
        async { Ok(()) }
    }

    /// Rolls back what was written since the savepoint.
    fn rollback_to(&mut self) -> impl Future<Output = Result<(), StoreError>> + Send {
        async { Ok(()) }
    }

    /// Checks that what was written since the savepoint can be kept.
    fn check(&mut self) -> impl Future<Output = Result<(), ProjectError>> + Send {
        async { Ok(()) }
    }

    /// Makes the progress permanent, and with it the writes that are not yet.
    fn commit(self, progress: Progress) -> impl Future<Output = Result<(), CommitError>> + Send;

    /// Commits, and begins the batch that comes next, where one message does both.
    fn commit_and_begin(
        self,
        progress: Progress,
    ) -> impl Future<Output = Result<Option<Self>, CommitError>> + Send {
        async { self.commit(progress).await.map(|()| None) }
    }

    /// Rolls back the whole batch.
    fn rollback(self) -> impl Future<Output = Result<(), StoreError>> + Send {
        async { Ok(()) }
    }
}

/// The transaction that keeps the progress: rows and progress are one.
#[derive(Debug)]
pub(crate) struct OwnTransaction;

impl<P: ProjectionStore> Sink<P> for OwnTransaction {
    type Db = P::Db;
    type Batch = P::Batch;

    const IS_EXTERNAL: bool = false;

    async fn begin(
        &self,
        kept: &P,
        holder: Holder<'_>,
        state: VersionState,
    ) -> Result<P::Batch, StoreError> {
        kept.begin(Scope::Node { holder, state }).await
    }

    async fn create<C: Consumer<P::Db>>(
        &self,
        consumer: &C,
        tables: &mut P::Batch,
    ) -> Result<(), ProjectError> {
        consumer.create(ProjectionBatch::db(tables)).await
    }

    async fn verify<S: EventStore, C: Consumer<P::Db>>(
        &self,
        consumer: &C,
        log: &S,
        kept: &P,
        keys: u32,
    ) -> Result<Verified, StoreError> {
        consumer.verify(log, kept, keys).await
    }
}

impl<B: ProjectionBatch> SinkBatch for B {
    type Db = B::Db;

    fn db(&mut self) -> &mut B::Db {
        ProjectionBatch::db(self)
    }

    async fn savepoint(&mut self) -> Result<(), StoreError> {
        ProjectionBatch::savepoint(self).await
    }

    async fn rollback_to(&mut self) -> Result<(), StoreError> {
        ProjectionBatch::rollback_to(self).await
    }

    async fn check(&mut self) -> Result<(), ProjectError> {
        ProjectionBatch::check(self).await
    }

    async fn commit(self, progress: Progress) -> Result<(), CommitError> {
        ProjectionBatch::commit(self, progress).await
    }

    async fn commit_and_begin(self, progress: Progress) -> Result<Option<Self>, CommitError> {
        ProjectionBatch::commit_and_begin(self, progress).await
    }

    async fn rollback(self) -> Result<(), StoreError> {
        ProjectionBatch::rollback(self).await
    }
}

/// A system outside of the store of the progress; each batch has a clone of `destination`.
pub(crate) struct External<D> {
    /// A destination need not be shared between threads to be handed from one to another.
    destination: Mutex<D>,
}

impl<D: Clone> External<D> {
    pub(crate) fn new(destination: D) -> Self {
        Self { destination: Mutex::new(destination) }
    }

    fn destination(&self) -> D {
        self.destination.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl<D> fmt::Debug for External<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("External").finish_non_exhaustive()
    }
}

impl<P: ProjectionStore, D: Clone + Send + 'static> Sink<P> for External<D> {
    type Db = D;
    type Batch = ExternalBatch<P, D>;

    const IS_EXTERNAL: bool = true;

    async fn begin(
        &self,
        kept: &P,
        holder: Holder<'_>,
        state: VersionState,
    ) -> Result<ExternalBatch<P, D>, StoreError> {
        let Holder { id, node, lease } = holder;
        let (kept, id, destination) = (kept.clone(), id.clone(), self.destination());
        Ok(ExternalBatch { destination, kept, id, node, lease, state })
    }

    async fn create<C: Consumer<D>>(
        &self,
        consumer: &C,
        _: &mut P::Batch,
    ) -> Result<(), ProjectError> {
        consumer.create(&mut self.destination()).await
    }

    /// No key is folded anew: writes into the destination cannot be undone.
    async fn verify<S: EventStore, C: Consumer<D>>(
        &self,
        consumer: &C,
        _: &S,
        kept: &P,
        _: u32,
    ) -> Result<Verified, StoreError> {
        consumer.verify_external(kept, &mut self.destination()).await
    }
}

/// A batch whose progress is begun when it is committed: whatever the destination takes its time for,
/// it holds no connection and no lock of the store.
pub(crate) struct ExternalBatch<P, D> {
    destination: D,
    kept: P,
    id: ProjectionId,
    node: NodeId,
    lease: Duration,
    state: VersionState,
}

impl<P: ProjectionStore, D: Send + 'static> SinkBatch for ExternalBatch<P, D> {
    type Db = D;

    fn db(&mut self) -> &mut D {
        &mut self.destination
    }

    async fn commit(self, progress: Progress) -> Result<(), CommitError> {
        let Self { kept, id, node, lease, state, .. } = self;
        let holder = Holder { id: &id, node, lease };
        let batch = kept.begin(Scope::Node { holder, state }).await?;
        ProjectionBatch::commit(batch, progress).await
    }
}
