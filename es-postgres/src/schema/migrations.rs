//! The schema of a store, and its migrations.

use std::borrow::Cow;

use es_core::{StoreError, StoreErrorKind};
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, Row, SqlSafeStr};
use sqlx_core::migrate::{MigrateError, Migration, MigrationType, Migrator};

use crate::advisory_locks::SCHEMAS;
use crate::error::from_sqlx;
use crate::pool::database::Database;
use crate::schema::owner;
use crate::schema::statements::Schema;

/// The number of the newest migration.
const LATEST: i64 = 9;

/// Brings the schema up to date, on a connection that is closed afterwards: the lock that keeps two
/// migrations apart belongs to the session, and a pool would keep the session of a caller that
/// failed or went away.
pub(crate) async fn migrate(store: &Database) -> Result<(), StoreError> {
    if is_current(store).await? {
        return Ok(());
    }
    let pool = store.connections.pool();
    let mut connection = pool.acquire().await.map_err(from_sqlx)?.detach();
    create_schema(store, &mut connection).await?;
    // `run` takes whatever a connection comes from, and with that its future is not `Send`.
    let migrator = migrator(&store.schema);
    migrator.run_direct(None, &mut connection, false).await.map_err(from_migrate)?;
    connection.close().await.map_err(from_sqlx)
}

/// True if there is nothing to migrate. Checked first, since a service may lack the right to
/// migrate.
///
/// # Errors
///
/// In a database whose texts are not UTF-8: it cannot hold every key and every payload.
async fn is_current(store: &Database) -> Result<bool, StoreError> {
    let pool = store.connections.pool();
    let encoding = sqlx::query_scalar::<_, String>("SHOW server_encoding");
    let encoding = encoding.fetch_one(pool).await.map_err(from_sqlx)?;
    if encoding != "UTF8" {
        return Err(StoreError::new(
            StoreErrorKind::Unsupported,
            format!("the database has the encoding {encoding}; the events need one with UTF8"),
        ));
    }
    let current = store.query(include_str!("../../sql/migrated.sql"));
    match current.bind(LATEST).fetch_optional(pool).await.map_err(from_sqlx) {
        Ok(found) => Ok(found.is_some()),
        Err(error) if error.kind() == StoreErrorKind::NotMigrated => Ok(false),
        Err(error) => Err(error),
    }
}

/// Makes the schema if it is missing: a role that owns it may lack the right to make one. Two
/// processes that find it missing wait for each other.
async fn create_schema(store: &Database, connection: &mut PgConnection) -> Result<(), StoreError> {
    let name = store.schema.name();
    let mut transaction = connection.begin().await.map_err(from_sqlx)?;
    let lock = store.query("SELECT pg_advisory_xact_lock($1, 0)").bind(SCHEMAS);
    transaction.execute(lock).await.map_err(from_sqlx)?;
    let found = store.query(include_str!("../../sql/schema_objects.sql")).bind(name);
    let found = found.fetch_one(&mut *transaction).await.map_err(from_sqlx)?;
    let is_there: bool = found.try_get(0).map_err(from_sqlx)?;
    if is_there {
        owner::is_ours(store, &mut transaction, &found).await?;
    } else {
        let create = AssertSqlSafe(format!("CREATE SCHEMA {name}"));
        transaction.execute(create).await.map_err(from_sqlx)?;
    }
    owner::is_by_itself(store, &mut transaction).await?;
    transaction.commit().await.map_err(from_sqlx)
}

/// The migrator, with a table of its own, so that it and the migrations of the service never see
/// each other.
fn migrator(schema: &Schema) -> Migrator {
    let migration = |version, what, sql| migration(schema, version, what, sql);
    let mut migrator = Migrator::with_migrations(vec![
        migration(1, owner::FIRST, include_str!("../../migrations/0001_streams_and_events.sql")),
        migration(2, "archives", include_str!("../../migrations/0002_archives.sql")),
        migration(3, "projections", include_str!("../../migrations/0003_projections.sql")),
        migration(4, "guard", include_str!("../../migrations/0004_guard.sql")),
        migration(
            5,
            "events of snapshots",
            include_str!("../../migrations/0005_events_of_snapshots.sql"),
        ),
        migration(
            6,
            "unreadable events",
            include_str!("../../migrations/0006_unreadable_events.sql"),
        ),
        migration(7, "event tags", include_str!("../../migrations/0007_event_tags.sql")),
        migration(8, "requests", include_str!("../../migrations/0008_requests.sql")),
        migration(LATEST, "sagas", include_str!("../../migrations/0009_sagas.sql")),
    ]);
    migrator.dangerous_set_table_name(format!("{}._migrations", schema.name()));
    migrator
}

/// A migration, whose checksum is that of the text in this crate, whatever the schema: after a
/// renaming of the schema it is still recognized.
fn migration(schema: &Schema, version: i64, what: &'static str, sql: &'static str) -> Migration {
    let what = Cow::Borrowed(what);
    let migration = Migration::new(version, what, MigrationType::Simple, sql.into_sql_str(), false);
    Migration { sql: schema.statement(sql), ..migration }
}

fn from_migrate(error: MigrateError) -> StoreError {
    match error {
        MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => from_sqlx(error),
        other => StoreError::new(StoreErrorKind::Other, other),
    }
}
