//! A transaction in which rows are written, and how it goes back.

use std::fmt;
use std::time::Duration;

use es_core::projection::{CommitError, Progress, ProjectionBatch, VersionState};
use es_core::{ProjectError, ProjectionId, StoreError};
use futures_util::FutureExt;
use sqlx::{AssertSqlSafe, Executor, PgConnection};
use uuid::Uuid;

use crate::driven::driven;
use crate::error::from_sqlx;
use crate::session::Session;

use super::PgProjections;
use super::handlers::{self, AsBegun};

/// A transaction in the schema of a version.
///
/// Dropped, its connection is closed, and the server undoes it. One that is left alone for as long as
/// its holder's lease lasts is ended by the server.
pub struct PgBatch {
    pub(super) projections: PgProjections,
    pub(super) id: ProjectionId,
    /// es.projections.id
    pub(super) projection: i32,
    pub(super) purpose: Purpose,
    pub(super) session: Session,
    pub(super) begun: AsBegun,
    is_marked: bool,
}

/// What a batch is for, and with that, what it needs for its commit.
#[derive(Clone, Copy, Debug)]
pub(super) enum Purpose {
    /// To make the tables of a version.
    Prepare,
    /// To handle events as this node.
    Project(Doing),
    /// As above, for a version that does something else by now than the node believes.
    Outdated,
    /// To build the version again.
    Rebuild,
    /// To look, or to fold aside.
    Look,
}

/// What batches of a node have in common.
#[derive(Clone, Copy, Debug)]
pub(super) struct Doing {
    pub(super) node: Uuid,
    pub(super) lease: Duration,
    /// What the version is doing, as far as the node knows.
    pub(super) state: VersionState,
}

impl PgBatch {
    pub(super) fn new(
        projections: &PgProjections,
        id: &ProjectionId,
        projection: i32,
        purpose: Purpose,
        session: Session,
        begun: AsBegun,
    ) -> Self {
        let (projections, id) = (projections.clone(), id.clone());
        Self { projections, id, projection, purpose, session, begun, is_marked: false }
    }
}

impl ProjectionBatch for PgBatch {
    type Db = PgConnection;

    fn db(&mut self) -> &mut PgConnection {
        &mut self.session
    }

    async fn mark(&mut self) -> Result<(), StoreError> {
        let release = if self.is_marked { "RELEASE SAVEPOINT es_mark;" } else { "" };
        let mark = format!("{release} SAVEPOINT es_mark");
        self.session.execute(AssertSqlSafe(mark)).await.map_err(from_sqlx)?;
        self.is_marked = true;
        Ok(())
    }

    async fn back(&mut self) -> Result<(), StoreError> {
        let back = self.session.execute("ROLLBACK TO SAVEPOINT es_mark").await;
        back.map_err(handlers::from_back)?;
        Ok(())
    }

    async fn check(&mut self) -> Result<(), ProjectError> {
        handlers::check(&mut self.session, &self.begun).boxed().await
    }

    async fn commit(self, progress: Progress) -> Result<(), CommitError> {
        driven(async move { self.commit_with(&progress).await }).boxed().await
    }

    async fn commit_and_begin(self, progress: Progress) -> Result<Option<Self>, CommitError> {
        self.go_on_with(progress).boxed().await
    }

    async fn undo(self) -> Result<(), StoreError> {
        driven(self.session.undo()).boxed().await
    }
}

impl fmt::Debug for PgBatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("PgBatch");
        debug.field("id", &self.id).field("purpose", &self.purpose).finish_non_exhaustive()
    }
}
