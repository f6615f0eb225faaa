//! Database objects of a service that depend on the rows of a version: they stay with them when
//! another version takes their place.

use es_core::projection::version::{self, VersionChange};
use es_core::projection::{CommitError, Progress, ProjectionBatch};
use es_core::{ProjectionId, StoreError, StoreErrorKind};
use sqlx::{AssertSqlSafe, Executor, PgConnection, Row};

use crate::error::from_sqlx;
use crate::pool::driven::driven;

use super::PgProjections;
use super::version::Versions;

/// The error of a version that was not dropped, since something outside of its schema depends on
/// its rows.
///
/// It is the [source](std::error::Error::source) of the [`StoreError`] of
/// [`drop_version`](es_core::ProjectionStore::drop_version).
#[derive(Debug, thiserror::Error)]
#[error(
    "`{id}` was not dropped, since its rows are depended on by {dependents}: drop that first, or call \
     `PgProjections::drop_version_and_dependents`",
    dependents = .dependents.join(", ")
)]
#[non_exhaustive]
pub struct HasDependents {
    /// The version.
    pub id: ProjectionId,
    /// The objects that depend on it, up to twenty, by kind and full name: `view public.rich`.
    pub dependents: Vec<String>,
}

/// The treatment of objects that depend on a version that is dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dependents {
    /// The version is not dropped.
    Refuse,
    /// The objects are dropped with it.
    Drop,
}

impl PgProjections {
    /// Drops a version like [`drop_version`](es_core::ProjectionStore::drop_version), together with
    /// the objects that depend on its rows, such as views and foreign keys of the service, which
    /// are lost.
    pub async fn drop_version_and_dependents(&self, id: &ProjectionId) -> Result<bool, StoreError> {
        let (kept, id) = (self.clone(), id.clone());
        let removing = driven(async move {
            let mut batch = kept.begin_versions(Versions::Of(id.name.clone())).await?;
            match kept.remove_with_dependents(batch.db(), &id).await {
                Ok(removed) => match batch.commit_with(&Progress::default()).await {
                    Ok(()) => Ok(removed),
                    Err(CommitError::Store(error)) => Err(error),
                    Err(lost) => Err(StoreError::new(StoreErrorKind::Contention, lost)),
                },
                Err(error) => {
                    batch.session.rollback().await?;
                    Err(error)
                }
            }
        });
        removing.await
    }

    async fn remove_with_dependents(
        &self,
        connection: &mut PgConnection,
        id: &ProjectionId,
    ) -> Result<bool, StoreError> {
        self.lock_versions(connection, &id.name).await?;
        let rows = self.version_rows(connection, Some(&id.name)).await?;
        let plan = version::remove(&rows, id)?;
        for change in plan.changes {
            match change {
                VersionChange::Remove { id } => {
                    self.remove(connection, &id, Dependents::Drop).await?;
                }
                other => drop(self.apply(connection, other).await?),
            }
        }
        Ok(plan.answer)
    }

    /// Refuses to drop a version that something depends on. No new dependency can arise until the
    /// transaction ends.
    pub(super) async fn has_no_dependents(
        &self,
        connection: &mut PgConnection,
        id: &ProjectionId,
        schema: &str,
    ) -> Result<(), StoreError> {
        let tables = self.tables(connection, schema).await?;
        if !tables.is_empty() {
            let tables: Vec<_> = tables.into_iter().map(|table| table.quoted).collect();
            let lock = format!("LOCK TABLE {} IN ACCESS EXCLUSIVE MODE", tables.join(", "));
            connection.execute(AssertSqlSafe(lock)).await.map_err(from_sqlx)?;
        }
        let dependents = self.dependents(connection, schema, None).await?;
        if dependents.is_empty() {
            return Ok(());
        }
        let refused = HasDependents { id: id.clone(), dependents };
        Err(StoreError::new(StoreErrorKind::Unsupported, refused))
    }

    /// The objects outside of `schema` that depend on something in it; with an `heir`, whose tables are
    /// to take the place of those, also what would be lost with them.
    pub(super) async fn dependents(
        &self,
        connection: &mut PgConnection,
        schema: &str,
        heir: Option<&str>,
    ) -> Result<Vec<String>, StoreError> {
        let query = self.database.query(include_str!("../../sql/projections/dependents.sql"));
        let rows = query
            .bind(schema.to_owned())
            .bind(heir.map(str::to_owned))
            .fetch_all(connection)
            .await
            .map_err(from_sqlx)?;
        rows.iter().map(|row| row.try_get(0).map_err(from_sqlx)).collect()
    }

    /// Gives the tables of the schema `heir` the rights that those of `old` give, before they take their
    /// place.
    pub(super) async fn carry_grants(
        &self,
        connection: &mut PgConnection,
        old: &str,
        heir: &str,
    ) -> Result<(), StoreError> {
        let query = self.database.query(include_str!("../../sql/projections/grants.sql"));
        let rows =
            query.bind(old.to_owned()).bind(heir.to_owned()).fetch_all(&mut *connection).await;
        let mut all = Vec::new();
        for row in rows.map_err(from_sqlx)? {
            all.push(row.try_get::<String, _>(0).map_err(from_sqlx)?);
        }
        if !all.is_empty() {
            connection.execute(AssertSqlSafe(all.join("; "))).await.map_err(from_sqlx)?;
        }
        Ok(())
    }
}
