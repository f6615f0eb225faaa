//! A transaction in which rows are written, and its rollback.

use std::fmt;
use std::time::Duration;

use es_core::projection::version::{ChangeError, VersionChange, VersionRow};
use es_core::projection::{CommitError, Progress, ProjectionBatch, VersionState};
use es_core::{ProjectError, ProjectionId, StoreError};
use futures_util::FutureExt;
use sqlx::{AssertSqlSafe, Executor, PgConnection};
use uuid::Uuid;

use crate::error::from_sqlx;
use crate::pool::driven::driven;
use crate::pool::session::Session;

use super::PgProjections;
use super::handlers::{self, AsBegun};
use super::version::{Versions, unsupported};

/// A transaction in the schema of a version, or on the rows of versions.
///
/// If it is dropped, its connection is closed and the server rolls it back. If it is idle for as
/// long as its holder's lease lasts, the server ends it.
pub struct PgBatch {
    pub(super) projections: PgProjections,
    pub(super) session: Session,
    pub(super) target: Target,
    is_marked: bool,
}

/// The rows that a batch stands on.
#[derive(Debug)]
pub(super) enum Target {
    /// Those of a version.
    Rows(InSchema),
    /// Those of the versions themselves.
    Versions(Versions),
}

/// A batch in the schema of a version.
#[derive(Debug)]
pub(super) struct InSchema {
    pub(super) id: ProjectionId,
    /// The number of the projection in `es.projections.id`.
    pub(super) projection: i32,
    pub(super) purpose: Purpose,
    pub(super) begun: AsBegun,
    /// The schema of the rows.
    pub(super) schema: String,
    /// The row of a version whose tables are to be made.
    pub(super) row: Option<Box<VersionRow>>,
}

/// The purpose of a batch, with the data that its commit needs.
#[derive(Clone, Copy, Debug)]
pub(super) enum Purpose {
    /// The batch makes the tables of a version.
    Prepare,
    /// The batch found the tables of a version made.
    Prepared,
    /// The batch handles events as this node.
    Project(Doing),
    /// The batch handles events for a node that believes the version to be in another state than it
    /// is; its commit fails.
    Outdated,
    /// The batch builds the version again.
    Rebuild,
    /// The batch reads, or folds into a scratch schema, and cannot be committed.
    Look,
}

/// The node, lease and state that the batches of a node have in common.
#[derive(Clone, Copy, Debug)]
pub(super) struct Doing {
    pub(super) node: Uuid,
    pub(super) lease: Duration,
    /// The state of the version, as far as the node knows.
    pub(super) state: VersionState,
}

impl PgBatch {
    pub(super) fn new(projections: &PgProjections, session: Session, target: Target) -> Self {
        Self { projections: projections.clone(), session, target, is_marked: false }
    }
}

impl ProjectionBatch for PgBatch {
    type Db = PgConnection;

    fn db(&mut self) -> &mut PgConnection {
        &mut self.session
    }

    async fn savepoint(&mut self) -> Result<(), StoreError> {
        let release = if self.is_marked { "RELEASE SAVEPOINT es_savepoint;" } else { "" };
        let mark = format!("{release} SAVEPOINT es_savepoint");
        self.session.execute(AssertSqlSafe(mark)).await.map_err(from_sqlx)?;
        self.is_marked = true;
        Ok(())
    }

    async fn rollback_to(&mut self) -> Result<(), StoreError> {
        let back = self.session.execute("ROLLBACK TO SAVEPOINT es_savepoint").await;
        back.map_err(handlers::from_back)?;
        Ok(())
    }

    async fn check(&mut self) -> Result<(), ProjectError> {
        match &self.target {
            Target::Rows(rows) => handlers::check(&mut self.session, &rows.begun).boxed().await,
            Target::Versions(_) => Ok(()),
        }
    }

    async fn commit(self, progress: Progress) -> Result<(), CommitError> {
        driven(async move { self.commit_with(&progress).await }).boxed().await
    }

    async fn commit_and_begin(self, progress: Progress) -> Result<Option<Self>, CommitError> {
        self.go_on_with(progress).boxed().await
    }

    async fn rollback(self) -> Result<(), StoreError> {
        driven(self.session.rollback()).boxed().await
    }

    async fn versions(&mut self) -> Result<Vec<VersionRow>, StoreError> {
        match &self.target {
            Target::Rows(InSchema { row: Some(row), .. }) => Ok(vec![VersionRow::clone(row)]),
            Target::Rows(rows) => Err(no_versions(&rows.id)),
            Target::Versions(versions) => {
                self.projections.locked_rows(&mut self.session, versions).boxed().await
            }
        }
    }

    async fn apply(&mut self, change: VersionChange) -> Result<u64, ChangeError> {
        match &self.target {
            Target::Rows(rows) => Err(no_versions(&rows.id).into()),
            Target::Versions(_) => self.projections.apply(&mut self.session, change).boxed().await,
        }
    }

    async fn counts(&mut self) -> Result<Vec<(String, u64)>, StoreError> {
        match &self.target {
            Target::Rows(rows) => {
                self.projections.count_rows(&mut self.session, &rows.schema).boxed().await
            }
            Target::Versions(_) => Ok(Vec::new()),
        }
    }
}

fn no_versions(id: &ProjectionId) -> StoreError {
    unsupported(format!("a batch on the rows of `{id}` changes no version"))
}

impl fmt::Debug for PgBatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("PgBatch");
        debug.field("target", &self.target).finish_non_exhaustive()
    }
}
