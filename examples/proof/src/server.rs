//! The PostgreSQL that is measured: one of the program's own, or the one at `--url`.

use std::str::FromStr;
use std::sync::Mutex;

use anyhow::Context;
use es_core::projection::Projections;
use es_postgres::{PgProjections, PgStore, PgStoreOptions};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, PgConnection, PgPool};
use test_servers::TestServer;
use uuid::Uuid;

/// Room for 128 writers with a connection each; a commit is on the disk before it is acknowledged,
/// as PostgreSQL has it unless told otherwise. Written out, since the report says so.
const SETTINGS: &str = "max_connections = 200\nfsync = on\nsynchronous_commit = on\n\
     full_page_writes = on\nshared_buffers = '1GB'\nmax_wal_size = '8GB'";

/// The number of connections in the store's pool, as a service would give it.
pub const POOL: u32 = 20;

/// The server, and the databases that were made on it.
pub struct Server {
    own: Option<TestServer>,
    given: Option<PgConnectOptions>,
    databases: Mutex<Vec<String>>,
}

/// A database with the schema of the store in it.
#[derive(Clone)]
pub struct Database {
    pub options: PgConnectOptions,
    /// The connections for what a service does beside the store, and for looking at what came of
    /// it.
    pub pool: PgPool,
    pub store: PgStore,
}

impl Server {
    pub async fn open(url: Option<&str>) -> anyhow::Result<Self> {
        let databases = Mutex::default();
        let Some(url) = url else {
            let own = own().await.context("there is no PostgreSQL to measure")?;
            return Ok(Self { own: Some(own), given: None, databases });
        };
        let given = PgConnectOptions::from_str(url).context("--url cannot be read")?;
        Ok(Self { own: None, given: Some(given), databases })
    }

    /// The database from which others are made.
    pub fn first(&self) -> anyhow::Result<PgConnectOptions> {
        match (&self.own, &self.given) {
            (Some(own), _) => Ok(PgConnectOptions::from_str(&own.url("postgres"))?),
            (None, Some(given)) => Ok(given.clone()),
            (None, None) => anyhow::bail!("there is no server"),
        }
    }

    /// A new database, which lives until [`close`](Self::close).
    pub async fn database(&self) -> anyhow::Result<Database> {
        let name = format!("es_proof_{}", Uuid::now_v7().simple());
        let mut first = self.first()?.connect().await?;
        if let Ok(mut databases) = self.databases.lock() {
            databases.push(name.clone());
        }
        let create = format!("CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'");
        sqlx::query(AssertSqlSafe(create)).execute(&mut first).await?;
        first.close().await?;
        let database = Database::at(self.first()?.database(&name));
        database.store.migrate().await?;
        Ok(database)
    }

    /// Another database with everything that is in this one, which nobody uses any more.
    pub async fn copy_of(&self, database: &Database) -> anyhow::Result<Database> {
        database.pool.close().await;
        let template = database.name()?;
        let name = format!("es_proof_{}", Uuid::now_v7().simple());
        let mut first = self.first()?.connect().await?;
        if let Ok(mut databases) = self.databases.lock() {
            databases.push(name.clone());
        }
        // The pool of its store is closed by nobody.
        let leave = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1";
        sqlx::query(leave).bind(template).execute(&mut first).await?;
        let create = format!("CREATE DATABASE {name} TEMPLATE {template}");
        sqlx::query(AssertSqlSafe(create)).execute(&mut first).await?;
        first.close().await?;
        Ok(Database::at(self.first()?.database(&name)))
    }

    /// Drops a database of which there will be many.
    pub async fn drop(&self, database: Database) -> anyhow::Result<()> {
        let mut first = self.first()?.connect().await?;
        let drop = format!("DROP DATABASE {} WITH (FORCE)", database.name()?);
        sqlx::query(AssertSqlSafe(drop)).execute(&mut first).await?;
        first.close().await?;
        Ok(())
    }

    /// Drops what was made on a server that stays; the program's own goes away as a whole.
    pub async fn close(self) -> anyhow::Result<()> {
        let databases = self.databases.into_inner().unwrap_or_default();
        if let Some(given) = self.given {
            let mut first = given.connect().await?;
            for name in databases {
                let drop = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
                sqlx::query(AssertSqlSafe(drop)).execute(&mut first).await?;
            }
        }
        Ok(())
    }
}

impl Database {
    pub fn at(options: PgConnectOptions) -> Self {
        let pool = PgPoolOptions::new().max_connections(40).connect_lazy_with(options.clone());
        let store = store(&options);
        Self { options, pool, store }
    }

    /// The name of the database.
    fn name(&self) -> anyhow::Result<&str> {
        self.options.get_database().context("a database without a name")
    }

    /// Its projections, as another instance of the service would open them.
    pub fn projections(&self) -> Projections<PgStore, PgProjections> {
        let store = self.another_store();
        Projections::new(store.clone(), store.projections())
    }

    /// Connections of their own for writers that share nothing.
    pub async fn connections(&self, count: usize) -> anyhow::Result<Vec<PgConnection>> {
        let mut connections = Vec::with_capacity(count);
        for _ in 0..count {
            connections.push(self.options.connect().await?);
        }
        Ok(connections)
    }

    /// A store as another instance of the service would open it.
    pub fn another_store(&self) -> PgStore {
        store(&self.options)
    }

    /// The same with notifications, or without.
    pub fn notified_store(&self, notifications: bool) -> PgStore {
        PgStore::with_options(pool(&self.options), notified(notifications))
    }

    /// The one number that `sql` asks for.
    pub async fn number(&self, sql: &'static str) -> anyhow::Result<u64> {
        let number: i64 = sqlx::query_scalar(sql).fetch_one(&self.pool).await?;
        Ok(u64::try_from(number)?)
    }
}

/// The store with a pool of its own, set as `PgStore::connect` sets it.
fn store(options: &PgConnectOptions) -> PgStore {
    PgStore::new(pool(options))
}

fn pool(options: &PgConnectOptions) -> PgPool {
    let pool = PgPoolOptions::new().test_before_acquire(false).max_connections(POOL);
    pool.connect_lazy_with(options.clone())
}

/// The options of a store that the server tells of what others append, or not.
pub fn notified(notifications: bool) -> PgStoreOptions {
    let options = PgStoreOptions::new();
    if notifications { options.with_notifications() } else { options }
}

/// A server of the program's own; it goes away with its guard, also if the program is killed.
pub async fn own() -> anyhow::Result<TestServer> {
    // Starting a server waits for processes: not on the threads of the runtime.
    let started = tokio::task::spawn_blocking(|| TestServer::start_with(SETTINGS)).await;
    started.context("a PostgreSQL of the program's own could not be started")
}
