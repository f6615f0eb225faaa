//! One database of a test.

use std::str::FromStr;
use std::thread;
use std::time::Duration;

use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor};
use uuid::Uuid;

use super::server::{self, Server};

/// A database that nobody else knows, for as long as this guard lives.
///
/// Declare it before the pools that use it: it is then dropped after them. Connections that are
/// still open when it goes are cut off.
#[derive(Debug)]
pub struct TestDatabase {
    server: &'static Server,
    name: String,
    url: String,
}

impl TestDatabase {
    /// Creates a database under a random name.
    ///
    /// # Panics
    ///
    /// Where there is no PostgreSQL, with a sentence that says how to get one.
    pub async fn create() -> Self {
        // Starting a server takes half a second of waiting for processes: not on the test's runtime.
        let server = match tokio::task::spawn_blocking(server::shared).await {
            Ok(Ok(server)) => server,
            Ok(Err(sentence)) => panic!("{sentence}"),
            Err(stopped) => panic!("the search for a PostgreSQL server was stopped: {stopped}"),
        };
        let name = format!("es_test_{}", Uuid::new_v4().simple());
        // The guard comes first: a future that is dropped here leaves nothing behind either.
        let database = Self { server, url: server.url_of(&name), name };
        // template0 lets nobody connect, so nobody can be in the way of the copy.
        let create = format!("CREATE DATABASE {} TEMPLATE template0", database.name);
        if let Err(error) = run(server, create).await {
            panic!("cannot create a database for a test: {error}");
        }
        database
    }

    /// The URL to connect to.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Its name on the server.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }
}

/// Waits for the server, on a thread of its own: a guard goes away at the end of a test, in a panic
/// or not, inside a runtime or not, and the process may end right after it.
impl Drop for TestDatabase {
    fn drop(&mut self) {
        let server = self.server;
        let statement = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name);
        let dropped = thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .map_err(sqlx::Error::Io)?;
            runtime.block_on(async {
                let mut result = run(server, statement.clone()).await;
                for _ in 0..5 {
                    if result.is_ok() {
                        break;
                    }
                    tokio::time::sleep(Duration::from_millis(200)).await;
                    result = run(server, statement.clone()).await;
                }
                result
            })
        })
        .join();
        if let Ok(Err(error)) = dropped {
            eprintln!("the test database {} is left behind: {error}", self.name);
        }
    }
}

async fn run(server: &Server, statement: String) -> Result<(), sqlx::Error> {
    let mut connection = PgConnectOptions::from_str(server.url())?.connect().await?;
    // The only part that varies is a name that was made here.
    connection.execute(AssertSqlSafe(statement)).await?;
    connection.close().await
}
