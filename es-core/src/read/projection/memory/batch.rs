//! A copy of the model, on its way to take the model's place.

use std::fmt;
use std::sync::Arc;

use super::MemoryProjections;
use super::commit::Purpose;
use crate::read::projection::version::unsupported;
use crate::read::projection::{CommitError, Progress, ProjectionBatch, ProjectionId};
use crate::store::error::StoreError;

/// A copy of a version's model, with the right to put it in the model's place.
pub struct MemoryBatch<M> {
    store: MemoryProjections<M>,
    id: ProjectionId,
    purpose: Purpose,
    model: M,
    marked: Option<M>,
}

impl<M: Clone> MemoryBatch<M> {
    pub(super) fn new(
        store: &MemoryProjections<M>,
        id: &ProjectionId,
        purpose: Purpose,
        model: Arc<M>,
    ) -> Self {
        let model = Arc::unwrap_or_clone(model);
        Self { store: store.clone(), id: id.clone(), purpose, model, marked: None }
    }
}

impl<M: Clone + Default + Send + Sync + 'static> ProjectionBatch for MemoryBatch<M> {
    type Db = M;

    fn db(&mut self) -> &mut M {
        self.purpose.go_on();
        &mut self.model
    }

    async fn savepoint(&mut self) -> Result<(), StoreError> {
        self.purpose.go_on();
        self.marked = Some(self.model.clone());
        Ok(())
    }

    async fn rollback_to(&mut self) -> Result<(), StoreError> {
        self.purpose.go_on();
        let Some(marked) = &self.marked else {
            return Err(unsupported("the batch has no mark to go back to".into()));
        };
        self.model.clone_from(marked);
        Ok(())
    }

    async fn commit(self, progress: Progress) -> Result<(), CommitError> {
        self.store.names().commit(&self.id, &self.purpose, self.model, progress)
    }

    async fn rollback(self) -> Result<(), StoreError> {
        Ok(())
    }
}

impl<M> fmt::Debug for MemoryBatch<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("MemoryBatch");
        debug.field("id", &self.id).field("purpose", &self.purpose).finish_non_exhaustive()
    }
}
