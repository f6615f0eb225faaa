//! The handle of the projection store, and the entry to everything behind it.

use std::fmt;

use es_core::projection::{
    Claim, Heartbeat, HeartbeatReply, Holder, Parked, ParkedKey, ParkedSelector, ProjectionStore,
    RegisterError, Registration, Slot, Swap, VersionState, VersionStatus,
};
use es_core::{
    Checkpoint, EventName, Position, ProjectError, ProjectionId, ProjectionKey, ProjectionName,
    Reason, SchemaVersion, StoreError,
};
use futures_util::FutureExt;
use sqlx::{PgConnection, PgPool};

use crate::pool::database::Database;
use crate::pool::driven::driven;
use crate::store::{PgStore, PgStoreOptions};

use super::PgBatch;
use super::dependents::Dependents;
use super::offered::offered;
use super::transient;

/// Stores the rows and checkpoints of projections, in one database and in one transaction.
///
/// It is a handle: clones share the same pool.
///
/// ```no_run
/// use es_postgres::PgStore;
///
/// # async fn example(pool: es_postgres::sqlx::PgPool) -> Result<(), Box<dyn std::error::Error>> {
/// let store = PgStore::new(pool);
/// store.migrate().await?;
/// let kept = store.projections();
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct PgProjections {
    pub(super) store: Database,
}

impl PgStore {
    /// Stores projections beside the events, on the same pool.
    #[must_use]
    pub fn projections(&self) -> PgProjections {
        PgProjections { store: self.database.clone() }
    }
}

impl PgProjections {
    /// Stores projections in the database of `pool`, which may be another one than that of the
    /// events. [`PgStore::migrate`] makes the schema `es` there too.
    #[must_use]
    pub fn new(pool: PgPool) -> Self {
        PgStore::new(pool).projections()
    }

    /// Makes a store like [`new`](Self::new), with `options` of its own: another schema for the progress, or no
    /// prepared statements. Handlers may prepare statements all the same: each batch begins with a session that
    /// has forgotten those of others.
    #[must_use]
    pub fn with_options(pool: PgPool, options: PgStoreOptions) -> Self {
        PgStore::with_options(pool, options).projections()
    }
}

// What takes more than one statement, or begins a transaction, is driven by a task here; the rest is where
// its statement is sent. A batch that is begun and not fetched is undone after a moment, and begun again.
impl ProjectionStore for PgProjections {
    type Db = PgConnection;
    type Batch = PgBatch;

    async fn register(&self, registration: &Registration) -> Result<VersionState, RegisterError> {
        let (kept, registration) = (self.clone(), registration.clone());
        let registering = driven(async move {
            let state = kept.register_version(&registration).await?;
            kept.owe_types(&registration).await?;
            Ok(state)
        });
        registering.boxed().await
    }

    async fn prepare(&self, id: &ProjectionId) -> Result<Option<PgBatch>, StoreError> {
        let begin = || {
            let (kept, id) = (self.clone(), id.clone());
            async move { kept.begin_prepare(&id).await }
        };
        offered(begin).boxed().await
    }

    async fn heartbeat(
        &self,
        holder: Holder<'_>,
        heartbeat: &Heartbeat,
    ) -> Result<HeartbeatReply, StoreError> {
        self.record_heartbeat(holder, heartbeat).boxed().await
    }

    async fn claim(&self, holder: Holder<'_>, at_most: usize) -> Result<Vec<Claim>, StoreError> {
        self.claim_slots(holder, at_most).boxed().await
    }

    async fn release(&self, holder: Holder<'_>, slots: &[Slot]) -> Result<(), StoreError> {
        self.release_slots(holder, slots).boxed().await
    }

    async fn deregister(&self, holder: Holder<'_>) -> Result<(), StoreError> {
        self.forget_node(holder).boxed().await
    }

    async fn begin(&self, holder: Holder<'_>, state: VersionState) -> Result<PgBatch, StoreError> {
        let begin = || {
            let (kept, id) = (self.clone(), holder.id.clone());
            let (node, lease) = (holder.node, holder.lease);
            async move { kept.begin_batch(Holder { id: &id, node, lease }, state).await }
        };
        offered(begin).boxed().await
    }

    fn is_transient(&self, error: &ProjectError) -> bool {
        transient::is_transient(error)
    }

    fn is_contention(&self, error: &ProjectError) -> bool {
        transient::is_contention(error)
    }

    async fn blocked(
        &self,
        id: &ProjectionId,
        slots: &[Slot],
    ) -> Result<Vec<ProjectionKey>, StoreError> {
        self.read_blocked(id, slots).boxed().await
    }

    async fn due(
        &self,
        id: &ProjectionId,
        slots: &[Slot],
        unreadable: &[(EventName, SchemaVersion)],
        limit: u32,
    ) -> Result<Vec<Parked>, StoreError> {
        self.read_due(id, slots, unreadable, limit).boxed().await
    }

    async fn parked(
        &self,
        id: &ProjectionId,
        key: &ProjectionKey,
        after: Position,
        limit: u32,
    ) -> Result<Vec<Parked>, StoreError> {
        self.read_parked(id, key, after, limit).boxed().await
    }

    async fn parked_keys(
        &self,
        id: &ProjectionId,
        after: Option<&ProjectionKey>,
        limit: u32,
    ) -> Result<Vec<ParkedKey>, StoreError> {
        self.read_parked_keys(id, after, limit).boxed().await
    }

    async fn replay(&self, id: &ProjectionId, keys: &ParkedSelector) -> Result<u64, StoreError> {
        self.replay_parked(id, keys).boxed().await
    }

    async fn drop_parked(
        &self,
        id: &ProjectionId,
        key: &ProjectionKey,
        position: Position,
        reason: &Reason,
    ) -> Result<bool, StoreError> {
        self.have_dropped(id, key, position, reason).boxed().await
    }

    async fn stop(&self, id: &ProjectionId, why: Option<&str>) -> Result<(), StoreError> {
        self.stop_version(id, why).boxed().await
    }

    async fn versions(
        &self,
        name: Option<&ProjectionName>,
    ) -> Result<Vec<VersionStatus>, StoreError> {
        self.read_versions(name).boxed().await
    }

    async fn visible(&self, name: &ProjectionName) -> Result<Option<Checkpoint>, StoreError> {
        self.read_visible(name).boxed().await
    }

    async fn limits(&self, id: &ProjectionId) -> Result<Option<Vec<(Slot, Position)>>, StoreError> {
        self.read_limits(id).boxed().await
    }

    async fn swap(&self, id: &ProjectionId) -> Result<Swap, StoreError> {
        let (kept, id) = (self.clone(), id.clone());
        driven(async move { kept.swap_in(&id).await }).boxed().await
    }

    async fn reinstate(&self, id: &ProjectionId) -> Result<VersionState, StoreError> {
        let (kept, id) = (self.clone(), id.clone());
        driven(async move { kept.reinstate_version(&id).await }).boxed().await
    }

    /// Drops the version, unless objects outside of its schema depend on its rows: the error's
    /// source is then [`HasDependents`](super::HasDependents).
    async fn drop_version(&self, id: &ProjectionId) -> Result<bool, StoreError> {
        let (kept, id) = (self.clone(), id.clone());
        driven(async move { kept.remove_version(&id, Dependents::Refuse).await }).boxed().await
    }

    async fn rebuild(&self, id: &ProjectionId) -> Result<PgBatch, StoreError> {
        let begin = || {
            let (kept, id) = (self.clone(), id.clone());
            async move { kept.begin_rebuild(&id).await }
        };
        offered(begin).boxed().await
    }

    async fn scratch(&self, id: &ProjectionId) -> Result<PgBatch, StoreError> {
        let begin = || {
            let (kept, id) = (self.clone(), id.clone());
            async move { kept.begin_scratch(&id).await }
        };
        offered(begin).boxed().await
    }

    async fn rows(&self, id: &ProjectionId) -> Result<PgBatch, StoreError> {
        let begin = || {
            let (kept, id) = (self.clone(), id.clone());
            async move { kept.begin_look(&id).await }
        };
        offered(begin).boxed().await
    }

    async fn counts(&self, id: &ProjectionId) -> Result<Vec<(String, u64)>, StoreError> {
        let (kept, id) = (self.clone(), id.clone());
        driven(async move { kept.count_rows(&id).await }).boxed().await
    }
}

/// Shows how busy the pool is, and never how to reach the database.
impl fmt::Debug for PgProjections {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PgProjections").field("database", &self.store).finish()
    }
}
