//! The store of projections in memory, as its users see it.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::MemoryBatch;
use super::commit::Purpose;
use super::registry::Names;
use crate::event::metadata::Reason;
use crate::event::name::{EventName, SchemaVersion};
use crate::read::projection::{
    Claim, Heartbeat, HeartbeatReply, Holder, Parked, ParkedKey, ParkedSelector, ProjectError,
    ProjectionId, ProjectionKey, ProjectionName, ProjectionStore, RegisterError, Registration,
    Slot, Swap, VersionState, VersionStatus,
};
use crate::store::checkpoint::Checkpoint;
use crate::store::error::StoreError;
use crate::stream::Position;

/// Read models and their progress in memory: every guarantee of [`ProjectionStore`] but survival.
///
/// `M` is the read model, one type for all projections that are kept here: a struct of maps. Each version
/// of each name has one of its own, which begins as `M::default()`. Handlers write into a copy; the
/// commit puts it in the model's place together with the progress. So [`read`](Self::read) sees whole
/// batches alone, holds nobody up, and is held up by nobody.
///
/// ```
/// use std::collections::BTreeMap;
///
/// use es_core::{MemoryProjections, ProjectionName};
///
/// #[derive(Clone, Debug, Default)]
/// struct Totals {
///     cents: BTreeMap<String, i64>,
/// }
///
/// let kept = MemoryProjections::<Totals>::new();
/// let name = ProjectionName::new("totals")?;
/// assert_eq!(kept.read(&name, |totals| totals.cents.len()), None, "nobody runs it yet");
/// # Ok::<(), es_core::InvalidText>(())
/// ```
///
/// # What it costs
///
/// The model is copied for each batch, and for each mark in it: a model of a million entries makes a
/// batch take about as long as it takes to clone them. Persistent maps, or `Arc`s around large parts,
/// make it cheap.
///
/// # One batch at a time
///
/// Batches of a version would overwrite each other's model, even those of nodes that hold different
/// slots. So each waits for the one before it, but no longer than its holder's lease counted from when the
/// batch was last used. A batch that was left alone for longer is
/// [`Lost`](crate::read::projection::CommitError::Lost). Several nodes in one process share a projection's
/// slots, but do not run it faster.
///
/// Clones share their models. Time is that of tokio, so tests may stop the clock.
pub struct MemoryProjections<M> {
    names: Arc<Mutex<Names<M>>>,
}

impl<M> MemoryProjections<M> {
    /// Creates a store without any projection.
    #[must_use]
    pub fn new() -> Self {
        Self { names: Arc::new(Mutex::new(Names::new())) }
    }

    /// Calls `reader` with the model of the version that serves; `None` if there is none.
    pub fn read<T>(&self, name: &ProjectionName, reader: impl FnOnce(&M) -> T) -> Option<T> {
        let model = self.names().read(name).map(|version| Arc::clone(&version.model))?;
        Some(reader(&model))
    }

    /// Calls `reader` with the model of one version, serving or not; `None` if there is no such
    /// version.
    pub fn read_version<T>(&self, id: &ProjectionId, reader: impl FnOnce(&M) -> T) -> Option<T> {
        let model = self.names().version(id).map(|version| Arc::clone(&version.model)).ok()?;
        Some(reader(&model))
    }

    /// A panic elsewhere cannot leave a version half changed: nothing fails after its checks. So a
    /// poisoned lock is taken as it is.
    pub(super) fn names(&self) -> MutexGuard<'_, Names<M>> {
        self.names.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<M: Clone + Default + Send + Sync + 'static> ProjectionStore for MemoryProjections<M> {
    type Db = M;
    type Batch = MemoryBatch<M>;

    async fn register(&self, registration: &Registration) -> Result<VersionState, RegisterError> {
        self.names().register(registration)
    }

    async fn prepare(&self, id: &ProjectionId) -> Result<Option<MemoryBatch<M>>, StoreError> {
        if self.names().version(id)?.is_prepared {
            return Ok(None);
        }
        let turns = Arc::clone(&self.names().version(id)?.turns);
        let turn = turns.take(None).await;
        let model = {
            let names = self.names();
            let version = names.version(id)?;
            (!version.is_prepared).then(|| Arc::clone(&version.model))
        };
        Ok(model.map(|model| MemoryBatch::new(self, id, Purpose::Prepare(turn), model)))
    }

    async fn heartbeat(
        &self,
        holder: Holder<'_>,
        heartbeat: &Heartbeat,
    ) -> Result<HeartbeatReply, StoreError> {
        Ok(self.names().version_mut(holder.id)?.heartbeat(holder, heartbeat))
    }

    async fn claim(&self, holder: Holder<'_>, at_most: usize) -> Result<Vec<Claim>, StoreError> {
        let mut names = self.names();
        let version = names.version_mut(holder.id)?;
        match version.state() {
            VersionState::Retired | VersionState::Stopped => Ok(Vec::new()),
            VersionState::Building | VersionState::Serving => {
                Ok(version.slots.claim(holder, at_most))
            }
        }
    }

    async fn release(&self, holder: Holder<'_>, slots: &[Slot]) -> Result<(), StoreError> {
        self.names().version_mut(holder.id)?.slots.release(holder.node, slots);
        Ok(())
    }

    async fn deregister(&self, holder: Holder<'_>) -> Result<(), StoreError> {
        self.names().version_mut(holder.id)?.slots.deregister(holder.node);
        Ok(())
    }

    async fn begin(
        &self,
        holder: Holder<'_>,
        state: VersionState,
    ) -> Result<MemoryBatch<M>, StoreError> {
        let turns = Arc::clone(&self.names().version(holder.id)?.turns);
        let turn = turns.take(Some(holder.lease)).await;
        let model = Arc::clone(&self.names().version(holder.id)?.model);
        let purpose = Purpose::Project { node: holder.node, state, turn };
        Ok(MemoryBatch::new(self, holder.id, purpose, model))
    }

    /// True if the handler passes on a transient error of a store; nothing in memory fails
    /// transiently.
    fn is_transient(&self, error: &ProjectError) -> bool {
        error.downcast_ref::<StoreError>().is_some_and(StoreError::is_transient)
    }

    async fn blocked(
        &self,
        id: &ProjectionId,
        slots: &[Slot],
    ) -> Result<Vec<ProjectionKey>, StoreError> {
        Ok(self.names().version(id)?.parked.blocked(slots))
    }

    async fn due(
        &self,
        id: &ProjectionId,
        slots: &[Slot],
        unreadable: &[(EventName, SchemaVersion)],
        limit: u32,
    ) -> Result<Vec<Parked>, StoreError> {
        let names = self.names();
        Ok(names.version(id)?.parked.due(slots, unreadable, limit, names.clock))
    }

    async fn parked(
        &self,
        id: &ProjectionId,
        key: &ProjectionKey,
        after: Position,
        limit: u32,
    ) -> Result<Vec<Parked>, StoreError> {
        let names = self.names();
        Ok(names.version(id)?.parked.parked(key, after, limit, names.clock))
    }

    async fn parked_keys(
        &self,
        id: &ProjectionId,
        after: Option<&ProjectionKey>,
        limit: u32,
    ) -> Result<Vec<ParkedKey>, StoreError> {
        let names = self.names();
        Ok(names.version(id)?.parked.keys(after, limit, names.clock))
    }

    async fn replay(&self, id: &ProjectionId, keys: &ParkedSelector) -> Result<u64, StoreError> {
        Ok(self.names().version_mut(id)?.parked.replay(keys))
    }

    async fn drop_parked(
        &self,
        id: &ProjectionId,
        key: &ProjectionKey,
        position: Position,
        reason: &Reason,
    ) -> Result<bool, StoreError> {
        Ok(self.names().version_mut(id)?.parked.drop_first(key, position, reason))
    }

    async fn stop(&self, id: &ProjectionId, why: Option<&str>) -> Result<(), StoreError> {
        self.names().version_mut(id)?.stopped = why.map(str::to_owned);
        Ok(())
    }

    async fn versions(
        &self,
        name: Option<&ProjectionName>,
    ) -> Result<Vec<VersionStatus>, StoreError> {
        Ok(self.names().statuses(name))
    }

    async fn visible(&self, name: &ProjectionName) -> Result<Option<Checkpoint>, StoreError> {
        let names = self.names();
        Ok(names
            .read(name)
            .map(|version| Checkpoint::new(version.registration.incarnation, version.position())))
    }

    async fn limits(&self, id: &ProjectionId) -> Result<Option<Vec<(Slot, Position)>>, StoreError> {
        let names = self.names();
        let read = names.read(&id.name).filter(|read| read.registration.id != *id);
        Ok(read.map(|before| before.slots.checkpoints().collect()))
    }

    async fn swap(&self, id: &ProjectionId) -> Result<Swap, StoreError> {
        self.names().swap(id)
    }

    async fn reinstate(&self, id: &ProjectionId) -> Result<VersionState, StoreError> {
        self.names().reinstate(id)
    }

    async fn drop_version(&self, id: &ProjectionId) -> Result<bool, StoreError> {
        self.names().drop_version(id)
    }

    async fn rebuild(&self, id: &ProjectionId) -> Result<MemoryBatch<M>, StoreError> {
        self.names().version(id)?;
        Ok(MemoryBatch::new(self, id, Purpose::Rebuild, Arc::default()))
    }

    async fn scratch(&self, id: &ProjectionId) -> Result<MemoryBatch<M>, StoreError> {
        self.names().version(id)?;
        Ok(MemoryBatch::new(self, id, Purpose::Look, Arc::default()))
    }

    async fn rows(&self, id: &ProjectionId) -> Result<MemoryBatch<M>, StoreError> {
        let model = Arc::clone(&self.names().version(id)?.model);
        Ok(MemoryBatch::new(self, id, Purpose::Look, model))
    }

    /// A model does not tell how many rows it has.
    async fn counts(&self, id: &ProjectionId) -> Result<Vec<(String, u64)>, StoreError> {
        self.names().version(id)?;
        Ok(Vec::new())
    }
}

impl<M> Clone for MemoryProjections<M> {
    fn clone(&self) -> Self {
        Self { names: Arc::clone(&self.names) }
    }
}

impl<M> Default for MemoryProjections<M> {
    fn default() -> Self {
        Self::new()
    }
}

impl<M> fmt::Debug for MemoryProjections<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let versions: Vec<_> =
            self.names().statuses(None).into_iter().map(|status| status.id).collect();
        f.debug_struct("MemoryProjections").field("versions", &versions).finish_non_exhaustive()
    }
}
