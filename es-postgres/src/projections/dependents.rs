//! Database objects of a service that depend on the rows of a version: they stay with them when
//! another version takes their place.

use es_core::{ProjectionId, StoreError, StoreErrorKind};
use sqlx::{AssertSqlSafe, Executor, PgConnection, Row};

use crate::error::from_sqlx;
use crate::pool::driven::driven;

use super::version::Known;
use super::{PgProjections, schema_name};

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
        driven(async move { kept.remove_version(&id, Dependents::Drop).await }).await
    }

    /// The objects that would go on reading the rows of `read` once `new` has taken their place,
    /// and the grants that would be lost.
    pub(super) async fn dependents_on_swap(
        &self,
        connection: &mut PgConnection,
        new: &Known,
        read: &Known,
    ) -> Result<Vec<String>, StoreError> {
        if !read.is_prepared {
            return Ok(Vec::new());
        }
        let (old, heir) = (self.schema_of(read), self.schema_of(new));
        self.dependents(connection, old, Some(heir)).await
    }

    /// Refuses to drop a version that something depends on. No new dependency can arise until the
    /// transaction ends.
    pub(super) async fn has_no_dependents(
        &self,
        connection: &mut PgConnection,
        known: &Known,
    ) -> Result<(), StoreError> {
        let schema = self.schema_of(known);
        let tables = self.tables(connection, &schema).await?;
        if !tables.is_empty() {
            let tables: Vec<_> = tables.into_iter().map(|table| table.quoted).collect();
            let lock = format!("LOCK TABLE {} IN ACCESS EXCLUSIVE MODE", tables.join(", "));
            connection.execute(AssertSqlSafe(lock)).await.map_err(from_sqlx)?;
        }
        let dependents = self.dependents(connection, schema, None).await?;
        if dependents.is_empty() {
            return Ok(());
        }
        let refused = HasDependents { id: known.id.clone(), dependents };
        Err(StoreError::new(StoreErrorKind::Unsupported, refused))
    }

    async fn dependents(
        &self,
        connection: &mut PgConnection,
        schema: String,
        heir: Option<String>,
    ) -> Result<Vec<String>, StoreError> {
        let query = self.store.query(include_str!("../../sql/projections/dependents.sql"));
        let rows = query.bind(schema).bind(heir).fetch_all(connection).await.map_err(from_sqlx)?;
        rows.iter().map(|row| row.try_get(0).map_err(from_sqlx)).collect()
    }

    /// Gives the tables of `new` the rights that those of `read` give, before they take their place.
    pub(super) async fn carry_grants(
        &self,
        connection: &mut PgConnection,
        new: &Known,
        read: &Known,
    ) -> Result<(), StoreError> {
        let schema = &self.store.schema;
        let (old, heir) =
            (schema_name::of_name(schema, &read.id.name), schema_name::numbered(schema, &new.id));
        let query = self.store.query(include_str!("../../sql/projections/grants.sql"));
        let rows = query.bind(old).bind(heir).fetch_all(&mut *connection).await;
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
