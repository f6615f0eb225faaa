//! The schema `es`, and how it comes into being.

use std::borrow::Cow;

use es_core::{StoreError, StoreErrorKind};
use sqlx::migrate::{MigrateError, Migration, MigrationType, Migrator};
use sqlx::{Connection, PgPool, SqlSafeStr};

use crate::error::from_sqlx;

/// The newest migration.
const LATEST: i64 = 3;

/// Brings the schema up to date, on a connection that is closed afterwards: the lock that keeps two
/// migrations apart belongs to the session, and a pool would keep the session of a caller that
/// failed or went away.
pub(crate) async fn migrate(pool: &PgPool) -> Result<(), StoreError> {
    if is_current(pool).await? {
        return Ok(());
    }
    let mut connection = pool.acquire().await.map_err(from_sqlx)?.detach();
    migrator().run(&mut connection).await.map_err(from_migrate)?;
    connection.close().await.map_err(from_sqlx)
}

/// Whether there is nothing to do. Asked first, since a service may lack the right to do it.
///
/// # Errors
///
/// In a database whose texts are not UTF-8: it cannot hold every key and every payload.
async fn is_current(pool: &PgPool) -> Result<bool, StoreError> {
    let encoding = sqlx::query_scalar::<_, String>("SHOW server_encoding");
    let encoding = encoding.fetch_one(pool).await.map_err(from_sqlx)?;
    if encoding != "UTF8" {
        return Err(StoreError::new(
            StoreErrorKind::Unsupported,
            format!("the database has the encoding {encoding}; the events need one with UTF8"),
        ));
    }
    let current = sqlx::query_scalar::<_, bool>(include_str!("../sql/migrated.sql"));
    match current.bind(LATEST).fetch_optional(pool).await.map_err(from_sqlx) {
        Ok(found) => Ok(found.is_some()),
        Err(error) if error.kind() == StoreErrorKind::NotMigrated => Ok(false),
        Err(error) => Err(error),
    }
}

/// Its own table, so that it and the migrations of the service never see each other.
fn migrator() -> Migrator {
    let mut migrator = Migrator::with_migrations(vec![
        migration(
            1,
            "streams and events",
            include_str!("../migrations/0001_streams_and_events.sql"),
        ),
        migration(2, "archives", include_str!("../migrations/0002_archives.sql")),
        migration(LATEST, "projections", include_str!("../migrations/0003_projections.sql")),
    ]);
    migrator.create_schema("es");
    migrator.dangerous_set_table_name("es._migrations");
    migrator
}

fn migration(version: i64, what: &'static str, sql: &'static str) -> Migration {
    let what = Cow::Borrowed(what);
    Migration::new(version, what, MigrationType::Simple, sql.into_sql_str(), false)
}

fn from_migrate(error: MigrateError) -> StoreError {
    match error {
        MigrateError::Execute(error) => from_sqlx(error),
        other => StoreError::new(StoreErrorKind::Other, other),
    }
}
