//! A copy of the model, on its way to take the model's place.

use std::fmt;
use std::sync::Arc;

use super::MemoryProjections;
use super::administration::Administration;
use super::commit::Purpose;
use super::model_lock::Turn;
use crate::read::projection::version::{ChangeError, VersionChange, VersionRow, unsupported};
use crate::read::projection::{
    CommitError, Progress, ProjectionBatch, ProjectionId, ProjectionName,
};
use crate::store::error::StoreError;

/// A copy of a version's model, with the right to put it in the model's place; or changes of versions.
pub struct MemoryBatch<M> {
    store: MemoryProjections<M>,
    work: Work,
    /// A copy of its own from the first write on.
    model: Arc<M>,
    savepoint: Option<Arc<M>>,
}

#[derive(Debug)]
enum Work {
    /// On the rows of a version.
    Rows(ProjectionId, Purpose),
    /// On the versions themselves.
    Versions(Administration),
}

impl<M> MemoryBatch<M> {
    pub(super) fn new(
        store: &MemoryProjections<M>,
        id: &ProjectionId,
        purpose: Purpose,
        model: Arc<M>,
    ) -> Self {
        let (store, work) = (store.clone(), Work::Rows(id.clone(), purpose));
        Self { store, work, model, savepoint: None }
    }
}

impl<M> MemoryBatch<M> {
    /// The same, with the right to make the tables.
    pub(super) fn making(self, turn: Turn) -> Self {
        match self.work {
            Work::Rows(id, _) => Self { work: Work::Rows(id, Purpose::Prepare(turn)), ..self },
            Work::Versions(_) => self,
        }
    }
}

impl<M: Default> MemoryBatch<M> {
    /// Changes versions of that name, or of all.
    pub(super) fn of_versions(store: &MemoryProjections<M>, name: Option<&ProjectionName>) -> Self {
        let (store, work) = (store.clone(), Work::Versions(Administration::of(name.cloned())));
        Self { store, work, model: Arc::default(), savepoint: None }
    }
}

impl<M> MemoryBatch<M> {
    fn go_on(&self) {
        if let Work::Rows(_, purpose) = &self.work {
            purpose.go_on();
        }
    }

    fn changes(&mut self) -> Result<(&MemoryProjections<M>, &mut Administration), StoreError> {
        match &mut self.work {
            Work::Versions(changes) => Ok((&self.store, changes)),
            Work::Rows(id, _) => {
                Err(unsupported(format!("a batch on the rows of `{id}` changes no version")))
            }
        }
    }
}

impl<M: Clone + Default + Send + Sync + 'static> ProjectionBatch for MemoryBatch<M> {
    type Db = M;

    fn db(&mut self) -> &mut M {
        self.go_on();
        Arc::make_mut(&mut self.model)
    }

    async fn savepoint(&mut self) -> Result<(), StoreError> {
        self.go_on();
        self.savepoint = Some(Arc::clone(&self.model));
        Ok(())
    }

    async fn rollback_to(&mut self) -> Result<(), StoreError> {
        self.go_on();
        let Some(savepoint) = &self.savepoint else {
            return Err(unsupported("the batch has no savepoint".into()));
        };
        self.model = Arc::clone(savepoint);
        Ok(())
    }

    async fn commit(self, progress: Progress) -> Result<(), CommitError> {
        let mut names = self.store.names();
        match self.work {
            Work::Rows(id, purpose) => names.commit(&id, &purpose, self.model, progress),
            Work::Versions(changes) => changes.commit(&mut names),
        }
    }

    async fn rollback(self) -> Result<(), StoreError> {
        Ok(())
    }

    async fn versions(&mut self) -> Result<Vec<VersionRow>, StoreError> {
        if let Work::Rows(id, Purpose::Prepare(_) | Purpose::Prepared) = &self.work {
            let rows = self.store.names().rows(Some(&id.name));
            return Ok(rows.into_iter().filter(|row| row.id == *id).collect());
        }
        let (store, changes) = self.changes()?;
        Ok(changes.read(&store.names()))
    }

    async fn apply(&mut self, change: VersionChange) -> Result<u64, ChangeError> {
        let (store, changes) = self.changes()?;
        Ok(changes.add(&store.names(), change)?)
    }
}

impl<M> fmt::Debug for MemoryBatch<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryBatch").field("work", &self.work).finish_non_exhaustive()
    }
}
