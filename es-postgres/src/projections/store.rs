//! The handle of the projection store, and the entry to everything behind it.

use std::fmt;
use std::time::Duration;

use es_core::projection::{
    Claims, Dropped, Heartbeat, HeartbeatReply, Holder, NodeId, Parked, ParkedQuery,
    ProjectionBackend, Release, Scope, Transience, VersionQuery, VersionState, VersionStatus,
};
use es_core::{Position, ProjectError, ProjectionId, StoreError};
use futures_util::FutureExt;
use sqlx::{PgConnection, PgPool};

use crate::pool::database::Database;
use crate::store::{PgStore, PgStoreOptions};

use super::PgBatch;
use super::offered::offered;
use super::transient;
use super::version::{Versions, unsupported};

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
    pub(super) database: Database,
}

impl PgStore {
    /// Stores projections beside the events, on the same pool.
    #[must_use]
    pub fn projections(&self) -> PgProjections {
        PgProjections { database: self.database.clone() }
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

// What begins a transaction is driven by a task here; the rest is where its statement is sent. A batch that
// is begun and not fetched is undone after a moment, and begun again.
impl ProjectionBackend for PgProjections {
    type Db = PgConnection;
    type Batch = PgBatch;

    async fn heartbeat(
        &self,
        holder: Holder<'_>,
        heartbeat: &Heartbeat,
    ) -> Result<HeartbeatReply, StoreError> {
        self.record_heartbeat(holder, heartbeat).boxed().await
    }

    async fn claim(&self, holder: Holder<'_>, at_most: usize) -> Result<Claims, StoreError> {
        self.claim_slots(holder, at_most).boxed().await
    }

    async fn release(&self, holder: Holder<'_>, what: Release<'_>) -> Result<(), StoreError> {
        match what {
            Release::Slots(slots) => self.release_slots(holder, slots).boxed().await,
            Release::Node => self.forget_node(holder).boxed().await,
            other => Err(unsupported(format!("there is no way to release {other:?}"))),
        }
    }

    async fn begin(&self, scope: Scope<'_>) -> Result<PgBatch, StoreError> {
        let scope = OwnedScope::of(scope)?;
        let begin = || {
            let (kept, scope) = (self.clone(), scope.clone());
            async move { kept.begin_in(scope).await }
        };
        offered(begin).boxed().await
    }

    async fn read_parked(
        &self,
        id: &ProjectionId,
        query: ParkedQuery<'_>,
        limit: u32,
    ) -> Result<Vec<Parked>, StoreError> {
        self.parked_of(id, query, limit).boxed().await
    }

    async fn dropped(
        &self,
        id: &ProjectionId,
        after: Position,
        limit: u32,
    ) -> Result<Vec<Dropped>, StoreError> {
        self.dropped_of(id, after, limit).boxed().await
    }

    async fn read_versions(
        &self,
        query: VersionQuery<'_>,
    ) -> Result<Vec<VersionStatus>, StoreError> {
        self.versions_of(query).boxed().await
    }

    fn transience(&self, error: &ProjectError) -> Transience {
        transient::transience(error)
    }
}

/// A [`Scope`] that a task can own.
#[derive(Clone)]
enum OwnedScope {
    Node { id: ProjectionId, node: NodeId, lease: Duration, state: VersionState },
    Tables(ProjectionId),
    Rebuild(ProjectionId),
    Scratch(ProjectionId),
    Rows(ProjectionId),
    Versions(Versions),
}

impl OwnedScope {
    fn of(scope: Scope<'_>) -> Result<Self, StoreError> {
        Ok(match scope {
            Scope::Node { holder: Holder { id, node, lease }, state } => {
                Self::Node { id: id.clone(), node, lease, state }
            }
            Scope::Tables(id) => Self::Tables(id.clone()),
            Scope::Rebuild(id) => Self::Rebuild(id.clone()),
            Scope::Scratch(id) => Self::Scratch(id.clone()),
            Scope::Rows(id) => Self::Rows(id.clone()),
            Scope::Versions(name) => Self::Versions(Versions::Of(name.clone())),
            Scope::Promotion(id) => Self::Versions(Versions::Promoting(id.clone())),
            Scope::Registry => Self::Versions(Versions::All),
            other => return Err(unsupported(format!("there is no batch for {other:?}"))),
        })
    }
}

impl PgProjections {
    async fn begin_in(&self, scope: OwnedScope) -> Result<PgBatch, StoreError> {
        match scope {
            OwnedScope::Node { id, node, lease, state } => {
                self.begin_batch(Holder { id: &id, node, lease }, state).await
            }
            OwnedScope::Tables(id) => self.begin_tables(&id).await,
            OwnedScope::Rebuild(id) => self.begin_rebuild(&id).await,
            OwnedScope::Scratch(id) => self.begin_scratch(&id).await,
            OwnedScope::Rows(id) => self.begin_look(&id).await,
            OwnedScope::Versions(versions) => self.begin_versions(versions).await,
        }
    }
}

/// Shows how busy the pool is, and never how to reach the database.
impl fmt::Debug for PgProjections {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PgProjections").field("database", &self.database).finish()
    }
}
