//! Stores that fail on purpose.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use es_core::projection::*;
use es_core::{Checkpoint, EventName, Reason, SelectedPage, Selection, StoreError, StoreErrorKind};

use crate::fixture::*;

/// What goes wrong.
#[derive(Clone, Debug, Default)]
pub(crate) struct Weather {
    is_away: Arc<AtomicBool>,
    calls: Arc<AtomicU32>,
    /// Every so many calls one fails; 0 for none.
    every: u32,
    asked: Arc<AtomicU32>,
    /// True if a commit begins the next batch where it is asked to.
    chains: bool,
    chained: Arc<AtomicU32>,
}

impl Weather {
    pub(crate) fn failing_every(every: u32) -> Self {
        Self { every, ..Self::default() }
    }

    /// The same, with batches that are begun with the commit of the one before.
    pub(crate) fn chaining(self) -> Self {
        Self { chains: true, ..self }
    }

    /// The number of batches that were begun so.
    pub(crate) fn chained(&self) -> u32 {
        self.chained.load(Ordering::SeqCst)
    }

    pub(crate) fn set_away(&self, is_away: bool) {
        self.is_away.store(is_away, Ordering::SeqCst);
    }

    /// The number of times that the store was asked how far a projection has come.
    pub(crate) fn asked(&self) -> u32 {
        self.asked.load(Ordering::SeqCst)
    }

    fn check(&self) -> Result<(), StoreError> {
        let nth = self.calls.fetch_add(1, Ordering::SeqCst);
        let fails = self.every > 0 && nth % self.every == self.every - 1;
        if fails || self.is_away.load(Ordering::SeqCst) {
            return Err(StoreError::new(StoreErrorKind::Unavailable, "the line is dead"));
        }
        Ok(())
    }
}

/// A log that is away at times.
#[derive(Clone)]
pub(crate) struct FaultyLog(pub(crate) MemoryStore, pub(crate) Weather);

impl es_core::EventStoreDecorator for FaultyLog {
    type Inner = MemoryStore;

    fn inner(&self) -> &MemoryStore {
        &self.0
    }

    async fn select_page(
        &self,
        selection: &Selection,
        after: Position,
        limit: u32,
    ) -> Result<SelectedPage, StoreError> {
        self.1.check()?;
        self.0.select_page(selection, after, limit).await
    }
}

/// A projection store that is away at times, and whose commits are kept and not answered at times.
#[derive(Clone)]
pub(crate) struct FaultyKept(pub(crate) Kept, pub(crate) Weather);

pub(crate) struct FaultyBatch(MemoryBatch<Books>, Weather, Option<Next>);

/// The batches of a node: each commit begins the next one.
#[derive(Clone)]
struct Next {
    kept: FaultyKept,
    id: ProjectionId,
    node: NodeId,
    lease: std::time::Duration,
    state: VersionState,
}

impl ProjectionBatch for FaultyBatch {
    type Db = Books;

    fn db(&mut self) -> &mut Books {
        self.0.db()
    }

    async fn savepoint(&mut self) -> Result<(), StoreError> {
        self.1.check()?;
        self.0.savepoint().await
    }

    async fn rollback_to(&mut self) -> Result<(), StoreError> {
        self.1.check()?;
        self.0.rollback_to().await
    }

    /// Fails before it was kept, or after.
    async fn commit(self, progress: Progress) -> Result<(), CommitError> {
        self.1.check()?;
        self.0.commit(progress).await?;
        Ok(self.1.check()?)
    }

    /// A batch that cannot be begun is begun by whoever asks for it.
    async fn commit_and_begin(mut self, progress: Progress) -> Result<Option<Self>, CommitError> {
        let next = self.2.take().filter(|next| next.kept.1.chains);
        self.commit(progress).await?;
        let Some(Next { kept, id, node, lease, state }) = next else { return Ok(None) };
        let begun = kept.begin(Holder { id: &id, node, lease }, state).await.ok();
        kept.1.chained.fetch_add(u32::from(begun.is_some()), Ordering::SeqCst);
        Ok(begun)
    }

    async fn rollback(self) -> Result<(), StoreError> {
        self.0.rollback().await
    }
}

impl ProjectionStore for FaultyKept {
    type Db = Books;
    type Batch = FaultyBatch;

    async fn register(&self, registration: &Registration) -> Result<VersionState, RegisterError> {
        self.0.register(registration).await
    }

    async fn prepare(&self, id: &ProjectionId) -> Result<Option<FaultyBatch>, StoreError> {
        let batch = self.0.prepare(id).await?;
        Ok(batch.map(|batch| FaultyBatch(batch, Weather::default(), None)))
    }

    async fn heartbeat(
        &self,
        holder: Holder<'_>,
        heartbeat: &Heartbeat,
    ) -> Result<HeartbeatReply, StoreError> {
        self.1.check()?;
        self.0.heartbeat(holder, heartbeat).await
    }

    /// Slots are given, and the node does not hear of it, at times.
    async fn claim(&self, holder: Holder<'_>, at_most: usize) -> Result<Vec<Claim>, StoreError> {
        let claims = self.0.claim(holder, at_most).await?;
        self.1.check()?;
        Ok(claims)
    }

    async fn release(&self, holder: Holder<'_>, slots: &[Slot]) -> Result<(), StoreError> {
        self.1.check()?;
        self.0.release(holder, slots).await
    }

    async fn deregister(&self, holder: Holder<'_>) -> Result<(), StoreError> {
        self.0.deregister(holder).await
    }

    async fn begin(
        &self,
        holder: Holder<'_>,
        state: VersionState,
    ) -> Result<FaultyBatch, StoreError> {
        self.1.check()?;
        let Holder { id, node, lease } = holder;
        let next = Next { kept: self.clone(), id: id.clone(), node, lease, state };
        Ok(FaultyBatch(self.0.begin(holder, state).await?, self.1.clone(), Some(next)))
    }

    fn is_transient(&self, error: &ProjectError) -> bool {
        self.0.is_transient(error)
    }

    async fn blocked(
        &self,
        id: &ProjectionId,
        slots: &[Slot],
    ) -> Result<Vec<ProjectionKey>, StoreError> {
        self.1.check()?;
        self.0.blocked(id, slots).await
    }

    async fn due(
        &self,
        id: &ProjectionId,
        slots: &[Slot],
        unreadable: &[(EventName, SchemaVersion)],
        limit: u32,
    ) -> Result<Vec<Parked>, StoreError> {
        self.1.check()?;
        self.0.due(id, slots, unreadable, limit).await
    }

    async fn parked(
        &self,
        id: &ProjectionId,
        key: &ProjectionKey,
        after: Position,
        limit: u32,
    ) -> Result<Vec<Parked>, StoreError> {
        self.1.check()?;
        self.0.parked(id, key, after, limit).await
    }

    async fn parked_keys(
        &self,
        id: &ProjectionId,
        after: Option<&ProjectionKey>,
        limit: u32,
    ) -> Result<Vec<ParkedKey>, StoreError> {
        self.0.parked_keys(id, after, limit).await
    }

    async fn replay(&self, id: &ProjectionId, keys: &ParkedSelector) -> Result<u64, StoreError> {
        self.0.replay(id, keys).await
    }

    async fn drop_parked(
        &self,
        id: &ProjectionId,
        key: &ProjectionKey,
        position: Position,
        reason: &Reason,
    ) -> Result<bool, StoreError> {
        self.0.drop_parked(id, key, position, reason).await
    }

    async fn stop(&self, id: &ProjectionId, why: Option<&str>) -> Result<(), StoreError> {
        self.1.check()?;
        self.0.stop(id, why).await
    }

    async fn versions(
        &self,
        name: Option<&ProjectionName>,
    ) -> Result<Vec<VersionStatus>, StoreError> {
        self.0.versions(name).await
    }

    async fn visible(&self, name: &ProjectionName) -> Result<Option<Checkpoint>, StoreError> {
        self.1.asked.fetch_add(1, Ordering::SeqCst);
        self.0.visible(name).await
    }

    async fn limits(&self, id: &ProjectionId) -> Result<Option<Vec<(Slot, Position)>>, StoreError> {
        self.1.check()?;
        self.0.limits(id).await
    }

    async fn swap(&self, id: &ProjectionId) -> Result<Swap, StoreError> {
        self.1.check()?;
        self.0.swap(id).await
    }

    async fn reinstate(&self, id: &ProjectionId) -> Result<VersionState, StoreError> {
        self.0.reinstate(id).await
    }

    async fn drop_version(&self, id: &ProjectionId) -> Result<bool, StoreError> {
        self.0.drop_version(id).await
    }

    async fn rebuild(&self, id: &ProjectionId) -> Result<FaultyBatch, StoreError> {
        Ok(FaultyBatch(self.0.rebuild(id).await?, self.1.clone(), None))
    }

    async fn scratch(&self, id: &ProjectionId) -> Result<FaultyBatch, StoreError> {
        Ok(FaultyBatch(self.0.scratch(id).await?, self.1.clone(), None))
    }

    async fn rows(&self, id: &ProjectionId) -> Result<FaultyBatch, StoreError> {
        Ok(FaultyBatch(self.0.rows(id).await?, self.1.clone(), None))
    }

    async fn counts(&self, id: &ProjectionId) -> Result<Vec<(String, u64)>, StoreError> {
        self.0.counts(id).await
    }
}
