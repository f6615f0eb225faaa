//! The check that an existing schema belongs to a store.

use es_core::{StoreError, StoreErrorKind};
use sqlx::postgres::PgRow;
use sqlx::{PgConnection, Row};

use crate::error::from_sqlx;
use crate::pool::database::Database;
use crate::schema::statements::number_of;

/// The name of the first migration.
pub(crate) const FIRST: &str = "streams and events";

/// The error if the schema that a store would use contains objects that no store has made.
///
/// It is the [source](std::error::Error::source) of the [`StoreError`] of [`PgStore::migrate`](crate::PgStore::migrate),
/// which has changed nothing.
#[derive(Debug, thiserror::Error)]
#[error(
    "the schema `{schema}` is no event store's: it holds {found}; move what is there, or keep the events in \
     a schema of another name with `PgStoreOptions::with_schema`",
    found = .found.join(", ")
)]
#[non_exhaustive]
pub struct ForeignSchema {
    /// The schema.
    pub schema: String,
    /// Some of the objects that it contains.
    pub found: Vec<String>,
}

/// Checks by `schema_objects.sql` that the schema is empty, or was migrated before.
pub(crate) async fn is_ours(
    store: &Database,
    connection: &mut PgConnection,
    found: &PgRow,
) -> Result<(), StoreError> {
    let has_migrations: bool = found.try_get(1).map_err(from_sqlx)?;
    let others: Vec<String> = found.try_get(2).map_err(from_sqlx)?;
    if others.is_empty() {
        // Empty, or a first migration that failed has left its table of migrations.
        return Ok(());
    }
    if has_migrations {
        let first = store.query("SELECT description FROM es._migrations WHERE version = 1");
        let first = first.fetch_optional(connection).await.map_err(from_sqlx)?;
        if let Some(first) = first
            && first.try_get::<&str, _>(0).is_ok_and(|description| description == FIRST)
        {
            return Ok(());
        }
    }
    let foreign = ForeignSchema { schema: store.schema.name().to_owned(), found: others };
    Err(StoreError::new(StoreErrorKind::Unsupported, foreign))
}

/// Checks that no other store in this database has the same numbers for its locks.
pub(crate) async fn is_by_itself(
    store: &Database,
    connection: &mut PgConnection,
) -> Result<(), StoreError> {
    let rows = store.query(include_str!("../../sql/stores.sql")).fetch_all(connection).await;
    let name = store.schema.name();
    for row in rows.map_err(from_sqlx)? {
        let other: &str = row.try_get(0).map_err(from_sqlx)?;
        if other != name && number_of(other) == number_of(name) {
            return Err(StoreError::new(
                StoreErrorKind::Unsupported,
                format!(
                    "stores in the schemas `{name}` and `{other}` of one database would share their \
                     locks, by chance of their names: give the new one another name"
                ),
            ));
        }
    }
    Ok(())
}
