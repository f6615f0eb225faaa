//! Exclusive build of a version in one transaction while no append is open: the beginning of an
//! inline projection.

use es_core::projection::{
    ProjectionStore, Registration, Swap, VersionQuery, VersionState, VersionStatus, promote_within,
};
use es_core::{ProjectionId, StoreError};
use sqlx::{Executor, PgConnection};

use crate::advisory_locks::GATE;
use crate::error::from_sqlx;
use crate::pool::session::Session;

use super::PgProjections;
use super::batch::{PgBatch, Target};
use super::begin::PATIENCE;
use super::version::{Versions, unsupported};

/// The declared key of an inline projection: the appends themselves keep it in order. It marks the
/// versions that are inline, so that none is run in two ways at once.
pub(crate) const INLINE: &str = "inline";

/// The transaction in which a version is built.
pub(crate) struct Alone {
    projections: PgProjections,
    id: ProjectionId,
    projection: i32,
    /// The place of the version: building, serving or retired.
    place: VersionState,
    is_prepared: bool,
    schema: String,
    session: Session,
}

impl PgProjections {
    /// Keeps out other builders of the version, and waits for the appends that are open; later
    /// appends wait for the build.
    pub(crate) async fn begin_alone(&self, id: &ProjectionId) -> Result<Alone, StoreError> {
        let opened = self.open(id, Some(PATIENCE), "FOR UPDATE").await?;
        let (projection, place, schema) = (opened.projection, opened.place, opened.schema);
        let (is_prepared, session) = (opened.is_prepared, opened.session);
        let (projections, id) = (self.clone(), id.clone());
        let mut alone = Alone { projections, id, projection, place, is_prepared, schema, session };
        let gate = self.database.query("SELECT pg_advisory_xact_lock($1, 0)");
        alone
            .session
            .execute(gate.bind(self.database.schema.lock(GATE)))
            .await
            .map_err(from_sqlx)?;
        Ok(alone)
    }

    /// Registers an inline projection like
    /// [`ProjectionStore::register`](es_core::projection::ProjectionStore::register): appends keep
    /// it in order. One that is older than the version that is read is not registered: nobody runs it, and
    /// its appends are refused.
    pub(crate) async fn register_inline(
        &self,
        registration: &mut Registration,
    ) -> Result<VersionState, es_core::projection::RegisterError> {
        INLINE.clone_into(&mut registration.keyed_by);
        // It is never behind: whoever waits for it need not wait.
        registration.start = es_core::Position::MAX;
        let id = &registration.id;
        let versions = self.versions_of(VersionQuery::Named(&id.name)).await?;
        let is_known = versions.iter().any(|version| version.id == *id);
        let is_older = |read: &VersionStatus| read.is_read && read.id.version > id.version;
        if !is_known && versions.iter().any(is_older) {
            return Ok(VersionState::Retired);
        }
        self.register(registration).await
    }
}

impl PgProjections {
    /// The schema with the rows of the version that is read.
    pub(crate) fn schema_read(&self, id: &ProjectionId) -> String {
        super::schema_name::of_name(&self.database.schema, &id.name)
    }
}

impl Alone {
    pub(crate) fn db(&mut self) -> &mut PgConnection {
        &mut self.session
    }

    /// True if its tables exist and hold what was appended so far.
    pub(crate) fn is_built(&self) -> bool {
        self.is_prepared
    }

    /// Makes the schema, or empties the tables in it.
    pub(crate) async fn clear(&mut self) -> Result<(), StoreError> {
        if self.is_prepared {
            return self.projections.empty(&mut self.session, self.projection, &self.schema).await;
        }
        let create = sqlx::AssertSqlSafe(format!("CREATE SCHEMA \"{}\"", self.schema));
        self.session.execute(create).await.map_err(from_sqlx)?;
        Ok(())
    }

    /// Makes the build permanent; from then on its rows are those that are read. What cannot be made so is rolled
    /// back.
    pub(crate) async fn finish(self) -> Result<(), StoreError> {
        let Self { projections, id, projection, place, session, .. } = self;
        let versions = Target::Versions(Versions::Promoting(id.clone()));
        let mut batch = PgBatch::new(&projections, session, versions);
        let finished = async {
            let prepared = "UPDATE es.projections SET is_prepared = true WHERE id = $1";
            let prepared = projections.database.query(prepared).bind(projection);
            batch.session.execute(prepared).await.map_err(from_sqlx)?;
            match place {
                VersionState::Building => promote(&mut batch, &id).await,
                _ => Ok(()),
            }
        };
        match finished.await {
            Ok(()) => batch.session.close_with("").await.map_err(from_sqlx),
            Err(error) => {
                // Where that fails as well, the connection is gone, and the transaction with it.
                drop(batch.session.rollback().await);
                Err(error)
            }
        }
    }

    pub(crate) async fn rollback(self) -> Result<(), StoreError> {
        self.session.rollback().await
    }
}

/// Lets the version take the place of the one that serves.
async fn promote(batch: &mut PgBatch, id: &ProjectionId) -> Result<(), StoreError> {
    Err(unsupported(match promote_within(batch, id).await? {
        Swap::Done => return Ok(()),
        Swap::Waits => {
            "the version that serves has parked events whose effects were not had: replay or drop \
                        them there"
                .to_owned()
        }
        Swap::HasDependents(dependents) => format!(
            "the rows of the version that serves are depended on by {}: drop that and make it again when `{id}` \
             serves, or make it a part of the projection",
            dependents.join(", "),
        ),
        _ => format!("`{id}` has come less far than the version that serves"),
    }))
}
