//! The store of projections in memory, as its users see it.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::MemoryBatch;
use super::commit::Purpose;
use super::registry::Names;
use crate::read::projection::{
    Claims, Dropped, Heartbeat, HeartbeatReply, Holder, Parked, ParkedQuery, ProjectError,
    ProjectionBackend, ProjectionId, ProjectionName, Release, Scope, Transience, VersionQuery,
    VersionState, VersionStatus,
};
use crate::store::error::StoreError;
use crate::stream::Position;

/// Read models and their progress in memory: every guarantee of [`ProjectionBackend`] but survival.
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
/// The model is copied for each batch that writes, and again after each savepoint: a model of a million entries makes a
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

impl<M: Clone + Default + Send + Sync + 'static> MemoryProjections<M> {
    async fn begin_tables(&self, id: &ProjectionId) -> Result<MemoryBatch<M>, StoreError> {
        let found = || -> Result<_, StoreError> {
            let names = self.names();
            let version = names.version(id)?;
            let batch = |purpose| MemoryBatch::new(self, id, purpose, Arc::clone(&version.model));
            Ok((version.is_prepared, Arc::clone(&version.turns), batch(Purpose::Prepared)))
        };
        let (is_prepared, turns, batch) = found()?;
        if is_prepared {
            return Ok(batch);
        }
        let turn = turns.take(None).await;
        let (is_prepared, _, batch) = found()?;
        Ok(if is_prepared { batch } else { batch.making(turn) })
    }

    async fn begin_for_node(
        &self,
        holder: Holder<'_>,
        state: VersionState,
    ) -> Result<MemoryBatch<M>, StoreError> {
        let turns = Arc::clone(&self.names().version(holder.id)?.turns);
        let turn = turns.take(Some(holder.lease)).await;
        let names = self.names();
        let version = names.version(holder.id)?;
        let purpose = if version.state() == state {
            Purpose::Project { node: holder.node, state, turn }
        } else {
            Purpose::Outdated
        };
        Ok(MemoryBatch::new(self, holder.id, purpose, Arc::clone(&version.model)))
    }
}

impl<M: Clone + Default + Send + Sync + 'static> ProjectionBackend for MemoryProjections<M> {
    type Db = M;
    type Batch = MemoryBatch<M>;

    async fn heartbeat(
        &self,
        holder: Holder<'_>,
        heartbeat: &Heartbeat,
    ) -> Result<HeartbeatReply, StoreError> {
        Ok(self.names().version_mut(holder.id)?.heartbeat(holder, heartbeat))
    }

    async fn claim(&self, holder: Holder<'_>, at_most: usize) -> Result<Claims, StoreError> {
        let mut names = self.names();
        let version = names.version_mut(holder.id)?;
        let claims = match version.state() {
            VersionState::Retired | VersionState::Stopped => Vec::new(),
            VersionState::Building | VersionState::Serving => version.slots.claim(holder, at_most),
        };
        let slots: Vec<_> = claims.iter().map(|claim| claim.slot).collect();
        Ok(Claims::new(claims, version.parked.blocked(&slots)))
    }

    async fn release(&self, holder: Holder<'_>, what: Release<'_>) -> Result<(), StoreError> {
        let mut names = self.names();
        let slots = &mut names.version_mut(holder.id)?.slots;
        match what {
            Release::Slots(some) => slots.release(holder.node, some),
            Release::Node => slots.deregister(holder.node),
        }
        Ok(())
    }

    async fn begin(&self, scope: Scope<'_>) -> Result<MemoryBatch<M>, StoreError> {
        match scope {
            Scope::Node { holder, state } => self.begin_for_node(holder, state).await,
            Scope::Tables(id) => self.begin_tables(id).await,
            Scope::Rebuild(id) => {
                let revocations = self.names().version(id)?.revocations;
                Ok(MemoryBatch::new(self, id, Purpose::Rebuild { revocations }, Arc::default()))
            }
            Scope::Scratch(id) => {
                self.names().version(id)?;
                Ok(MemoryBatch::new(self, id, Purpose::Look, Arc::default()))
            }
            Scope::Rows(id) => {
                let model = Arc::clone(&self.names().version(id)?.model);
                Ok(MemoryBatch::new(self, id, Purpose::Look, model))
            }
            Scope::Versions(name) => Ok(MemoryBatch::of_versions(self, Some(name))),
            Scope::Promotion(id) => Ok(MemoryBatch::of_versions(self, Some(&id.name))),
            Scope::Registry => Ok(MemoryBatch::of_versions(self, None)),
        }
    }

    async fn read_parked(
        &self,
        id: &ProjectionId,
        query: ParkedQuery<'_>,
        limit: u32,
    ) -> Result<Vec<Parked>, StoreError> {
        let names = self.names();
        let (parked, clock) = (&names.version(id)?.parked, names.clock);
        Ok(match query {
            ParkedQuery::Due { slots, unreadable } => parked.due(slots, unreadable, limit, clock),
            ParkedQuery::Key { key, after } => parked.parked(key, after, limit, clock),
            ParkedQuery::First { after } => parked.first(after, limit, clock),
        })
    }

    async fn dropped(
        &self,
        id: &ProjectionId,
        after: Position,
        limit: u32,
    ) -> Result<Vec<Dropped>, StoreError> {
        Ok(self.names().dropped(id, after, limit))
    }

    async fn read_versions(
        &self,
        query: VersionQuery<'_>,
    ) -> Result<Vec<VersionStatus>, StoreError> {
        let names = self.names();
        Ok(match query {
            VersionQuery::All => names.statuses(None),
            VersionQuery::Named(name) => names.statuses(Some(name)),
            VersionQuery::Read(name) => {
                let read = names.read(name).map(|version| version.progress(true));
                read.into_iter().collect()
            }
        })
    }

    /// Tells of the error of another store that the handler passes on; nothing in memory fails
    /// transiently.
    fn transience(&self, error: &ProjectError) -> Transience {
        Transience::of_store_error(error)
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
