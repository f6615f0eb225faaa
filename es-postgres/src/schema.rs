//! The schema `es`, and how it comes into being.

use std::borrow::Cow;

use es_core::{StoreError, StoreErrorKind};
use sqlx::migrate::{MigrateError, Migration, MigrationType, Migrator};
use sqlx::{Connection, PgPool, SqlSafeStr};

use crate::error::from_sqlx;

/// Brings the schema up to date, on a connection that is closed afterwards: the lock that keeps two
/// migrations apart belongs to the session, and a pool would keep the session of a caller that
/// failed or went away.
pub(crate) async fn migrate(pool: &PgPool) -> Result<(), StoreError> {
    let mut connection = pool.acquire().await.map_err(from_sqlx)?.detach();
    migrator().run(&mut connection).await.map_err(from_migrate)?;
    connection.close().await.map_err(from_sqlx)
}

/// Its own table, so that it and the migrations of the service never see each other.
fn migrator() -> Migrator {
    let mut migrator = Migrator::with_migrations(vec![Migration::new(
        1,
        Cow::Borrowed("streams and events"),
        MigrationType::Simple,
        include_str!("../migrations/0001_streams_and_events.sql").into_sql_str(),
        false,
    )]);
    migrator.create_schema("es");
    migrator.dangerous_set_table_name("es._migrations");
    migrator
}

fn from_migrate(error: MigrateError) -> StoreError {
    match error {
        MigrateError::Execute(error) => from_sqlx(error),
        other => StoreError::new(StoreErrorKind::Other, other),
    }
}
