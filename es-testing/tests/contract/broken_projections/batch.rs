//! A batch of a store with a fault.

use std::time::Duration;

use es_core::projection::version::{ChangeError, VersionChange, VersionRow};
use es_core::projection::{
    CommitError, Holder, MemoryBatch, NodeId, Progress, ProjectionBackend, ProjectionBatch, Scope,
    VersionState,
};
use es_core::{ProjectError, ProjectionId, ProjectionStore, StoreError, StoreErrorKind};
use es_testing::projection_contract::Rows;
use futures_util::FutureExt;
use tokio::task::yield_now;
use tokio::time::sleep;

use super::broken::{Broken, Chaining, Checking, Committing, Exchanging, Marking};
use crate::numbers::SPOILT;

pub(crate) struct BrokenBatch {
    pub(crate) inner: Option<MemoryBatch<Rows>>,
    pub(crate) store: Broken,
    /// The version on whose rows it stands.
    pub(crate) id: Option<ProjectionId>,
    pub(crate) node: Option<NodeId>,
    pub(crate) is_marked: bool,
    /// The row of a version whose tables are to be made, where it says something else than the store.
    pub(crate) row: Option<VersionRow>,
}

impl BrokenBatch {
    fn inner(&mut self) -> &mut MemoryBatch<Rows> {
        self.inner.as_mut().expect("it is neither committed nor undone")
    }

    /// Without the slots that are not the node's any more.
    async fn of_what_it_has(&self, mut progress: Progress) -> Result<Progress, StoreError> {
        let id = self.id.as_ref().expect("it is a version's");
        let versions = self.store.inner.versions(Some(&id.name)).await?;
        let version = versions.iter().find(|version| version.id == *id).expect("it is known");
        progress.slots.retain(|done| {
            let slot = &version.slots[usize::from(done.slot.number())];
            slot.owner == self.node && slot.epoch == done.epoch
        });
        Ok(progress)
    }
}

impl ProjectionBatch for BrokenBatch {
    type Db = Rows;

    fn db(&mut self) -> &mut Rows {
        self.inner().db()
    }

    async fn savepoint(&mut self) -> Result<(), StoreError> {
        let _turn = self.store.turn().await;
        let is_again = std::mem::replace(&mut self.is_marked, true);
        if is_again && self.store.marking == Marking::Once {
            return Ok(());
        }
        self.inner().savepoint().await
    }

    async fn rollback_to(&mut self) -> Result<(), StoreError> {
        if self.store.marking == Marking::Never {
            return Ok(());
        }
        self.inner().rollback_to().await
    }

    async fn check(&mut self) -> Result<(), ProjectError> {
        let is_spoilt = self.inner().db().contains_key(SPOILT);
        match self.store.checking {
            Checking::Rightly if is_spoilt => Err(ProjectError::new("a handler has spoilt it")),
            Checking::WithALoss => {
                self.inner().db().clear();
                Ok(())
            }
            _ => Ok(()),
        }
    }

    async fn commit(mut self, mut progress: Progress) -> Result<(), CommitError> {
        let is_spoilt = self.inner().db().contains_key(SPOILT);
        if is_spoilt && self.store.checking != Checking::Never {
            let error = StoreError::new(StoreErrorKind::Other, "a handler has spoilt it");
            return Err(error.into());
        }
        (self.store.progress)(&mut progress);
        let mut inner = self.inner.take().expect("it is neither committed nor undone");
        let rows = inner.db().clone();
        let Some(id) = self.id.clone() else { return inner.commit(progress).await };
        match self.store.committing {
            Committing::AtOnce => inner.commit(progress).await,
            Committing::Anyway => match inner.commit(progress.clone()).await {
                Err(CommitError::Lost) => self.store.force(&id, rows, progress).await,
                answer => answer,
            },
            Committing::InPart => inner.commit(self.of_what_it_has(progress).await?).await,
            Committing::InTwoSteps => {
                inner.commit(Progress::default()).await?;
                for _ in 0..5 {
                    yield_now().await;
                }
                // Without slots there is no progress to follow.
                let Some(node) = self.node else { return Ok(()) };
                let holder = Holder { id: &id, node, lease: Duration::from_secs(60) };
                let state = VersionState::Serving;
                let again = self.store.inner.begin(Scope::Node { holder, state });
                again.await?.commit(progress).await
            }
        }
    }

    async fn commit_and_begin(self, progress: Progress) -> Result<Option<Self>, CommitError> {
        match self.store.chaining {
            Chaining::Never => self.commit(progress).await.map(|()| None),
            Chaining::Later => Ok(Some(self)),
            Chaining::Anyway => {
                let (store, id, node) = (self.store.clone(), self.id.clone(), self.node);
                drop(self.commit(progress).await);
                let (id, node) = id.zip(node).expect("it is a node's");
                let holder = Holder { id: &id, node, lease: Duration::from_secs(60) };
                let state = VersionState::Serving;
                Ok(Some(store.begin(Scope::Node { holder, state }).await?))
            }
        }
    }

    async fn rollback(mut self) -> Result<(), StoreError> {
        let mut inner = self.inner.take().expect("it is neither committed nor undone");
        let rows = inner.db().clone();
        inner.rollback().await?;
        if let Some(id) = self.id.as_ref().filter(|_| self.store.keeps_undone) {
            let kept = self.store.force(id, rows, Progress::default()).await;
            kept.expect("a rebuild cannot be lost");
        }
        Ok(())
    }

    async fn versions(&mut self) -> Result<Vec<VersionRow>, StoreError> {
        if let Some(row) = self.row.clone() {
            return Ok(vec![row]);
        }
        let mut rows = self.inner().versions().await?;
        if self.id.is_none() {
            (self.store.rows)(&mut rows);
        }
        Ok(rows)
    }

    async fn apply(&mut self, mut change: VersionChange) -> Result<u64, ChangeError> {
        if let VersionChange::Add { registration, .. } = &mut change {
            (self.store.registration)(registration);
        }
        (self.store.change)(&mut change);
        if !(self.store.makes)(&change) {
            return Ok(0);
        }
        let VersionChange::Exchange { read, .. } = &change else {
            return self.inner().apply(change).await.map(self.store.concerned);
        };
        let read = read.clone();
        if self.store.exchanging == Exchanging::ThroughNothing {
            self.store.empty(&read).await?;
            sleep(Duration::from_millis(50)).await;
        }
        self.inner().apply(change).await?;
        if self.store.exchanging == Exchanging::WithoutReturn {
            self.inner().apply(VersionChange::Remove { id: read }).await?;
        }
        Ok(0)
    }
}

impl Drop for BrokenBatch {
    fn drop(&mut self) {
        if let Some(inner) = self.inner.take().filter(|_| self.store.keeps_dropped) {
            let kept = inner.commit(Progress::default()).now_or_never();
            kept.expect("memory waits for nobody").expect("the slots are held");
        }
    }
}
