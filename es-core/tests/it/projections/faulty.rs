//! Stores that fail on purpose.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use es_core::projection::version::{ChangeError, VersionChange, VersionRow};
use es_core::projection::*;
use es_core::{SelectedPage, Selection, StoreError, StoreErrorKind};

use super::fixture::*;

/// What goes wrong.
#[derive(Clone, Debug, Default)]
pub(crate) struct Weather {
    is_away: Arc<AtomicBool>,
    calls: Arc<AtomicU32>,
    /// Every so many calls one fails; 0 for none.
    every: u32,
    asked: Arc<AtomicU32>,
    listed: Arc<AtomicU32>,
    /// True if a commit begins the next batch where it is asked to.
    chains: bool,
    chained: Arc<AtomicU32>,
    /// True if the next commit is kept and not answered.
    loses_answer: Arc<AtomicBool>,
    /// So many of the next questions for versions are answered as if there were none.
    overlooked: Arc<AtomicU32>,
    /// What batches that change versions were begun for.
    locked: Arc<Mutex<Vec<&'static str>>>,
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

    /// Has the next commit be kept and not answered.
    pub(crate) fn lose_an_answer(&self) {
        self.loses_answer.store(true, Ordering::SeqCst);
    }

    /// True if such an answer is still to be lost.
    pub(crate) fn loses_an_answer(&self) -> bool {
        self.loses_answer.load(Ordering::SeqCst)
    }

    /// The number of times that the store was asked how far a projection has come.
    pub(crate) fn asked(&self) -> u32 {
        self.asked.load(Ordering::SeqCst)
    }

    /// The number of times that the store was asked for versions with their nodes and parked events.
    pub(crate) fn listed(&self) -> u32 {
        self.listed.load(Ordering::SeqCst)
    }

    /// Has the next `questions` for versions be answered as if there were none.
    pub(crate) fn overlook_versions(&self, questions: u32) {
        self.overlooked.store(questions, Ordering::SeqCst);
    }

    /// The locks of versions that were taken.
    pub(crate) fn locked(&self) -> Vec<&'static str> {
        self.locked.lock().unwrap().clone()
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
        if self.1.loses_answer.swap(false, Ordering::SeqCst) {
            return Err(StoreError::new(StoreErrorKind::Unavailable, "the line is dead").into());
        }
        Ok(self.1.check()?)
    }

    /// A batch that cannot be begun is begun by whoever asks for it.
    async fn commit_and_begin(mut self, progress: Progress) -> Result<Option<Self>, CommitError> {
        let next = self.2.take().filter(|next| next.kept.1.chains);
        self.commit(progress).await?;
        let Some(Next { kept, id, node, lease, state }) = next else { return Ok(None) };
        let holder = Holder { id: &id, node, lease };
        let begun = kept.begin(Scope::Node { holder, state }).await.ok();
        kept.1.chained.fetch_add(u32::from(begun.is_some()), Ordering::SeqCst);
        Ok(begun)
    }

    async fn rollback(self) -> Result<(), StoreError> {
        self.0.rollback().await
    }

    async fn versions(&mut self) -> Result<Vec<VersionRow>, StoreError> {
        self.0.versions().await
    }

    async fn apply(&mut self, change: VersionChange) -> Result<u64, ChangeError> {
        self.0.apply(change).await
    }
}

impl ProjectionBackend for FaultyKept {
    type Db = Books;
    type Batch = FaultyBatch;

    async fn heartbeat(
        &self,
        holder: Holder<'_>,
        heartbeat: &Heartbeat,
    ) -> Result<HeartbeatReply, StoreError> {
        self.1.check()?;
        self.0.heartbeat(holder, heartbeat).await
    }

    /// Slots are given, and the node does not hear of it, at times.
    async fn claim(&self, holder: Holder<'_>, at_most: usize) -> Result<Claims, StoreError> {
        let claims = self.0.claim(holder, at_most).await?;
        self.1.check()?;
        Ok(claims)
    }

    async fn release(&self, holder: Holder<'_>, what: Release<'_>) -> Result<(), StoreError> {
        if matches!(what, Release::Slots(_)) {
            self.1.check()?;
        }
        self.0.release(holder, what).await
    }

    async fn begin(&self, scope: Scope<'_>) -> Result<FaultyBatch, StoreError> {
        let (weather, next) = match scope {
            Scope::Tables(_) | Scope::Registry | Scope::Versions(_) => (Weather::default(), None),
            Scope::Node { holder: Holder { id, node, lease }, state } => {
                let next = Next { kept: self.clone(), id: id.clone(), node, lease, state };
                (self.1.clone(), Some(next))
            }
            _ => (self.1.clone(), None),
        };
        match scope {
            Scope::Registry => self.1.locked.lock().unwrap().push("all names"),
            Scope::Versions(_) => self.1.locked.lock().unwrap().push("one name"),
            _ => {}
        }
        if matches!(scope, Scope::Node { .. } | Scope::Promotion(_)) {
            self.1.check()?;
        }
        Ok(FaultyBatch(self.0.begin(scope).await?, weather, next))
    }

    async fn read_parked(
        &self,
        id: &ProjectionId,
        query: ParkedQuery<'_>,
        limit: u32,
    ) -> Result<Vec<Parked>, StoreError> {
        if !matches!(query, ParkedQuery::First { .. }) {
            self.1.check()?;
        }
        self.0.read_parked(id, query, limit).await
    }

    async fn dropped(
        &self,
        id: &ProjectionId,
        after: Position,
        limit: u32,
    ) -> Result<Vec<Dropped>, StoreError> {
        self.0.dropped(id, after, limit).await
    }

    async fn read_versions(
        &self,
        query: VersionQuery<'_>,
    ) -> Result<Vec<VersionStatus>, StoreError> {
        let counter = match query {
            VersionQuery::Read(_) => &self.1.asked,
            _ => &self.1.listed,
        };
        counter.fetch_add(1, Ordering::SeqCst);
        let overlooked =
            self.1
                .overlooked
                .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
        if overlooked.is_ok() {
            return Ok(Vec::new());
        }
        self.0.read_versions(query).await
    }

    fn transience(&self, error: &ProjectError) -> Transience {
        self.0.transience(error)
    }
}
