//! Assertions on the rows of a read model in Postgres.

use std::panic::Location;
use std::str::FromStr;

use es_core::ReadModel;
use serde_json::Value;
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Executor, PgConnection};

use super::fold::{Failed, fold};
use super::given::Given;
use super::table::Table;
use crate::page::Line;
use crate::postgres::TestDatabase;

impl<P: ReadModel<PgConnection>> Given<P> {
    /// Asserts that `query` answers `expected` on a fresh database.
    ///
    /// The rows are an array with an object a row, the columns by their names, as Postgres writes
    /// them in JSON. Tables are found without a schema, and in the one that has the projection's
    /// name.
    ///
    /// # Panics
    ///
    /// If the rows are others, with a report that puts them beside each other; if a handler or the query
    /// fails; where there is no Postgres.
    #[track_caller]
    pub fn then_rows(self, query: &str, expected: Value) -> impl Future<Output = ()> {
        let at = Location::caller();
        async move {
            let Value::Array(expected) = expected else {
                panic!("the rows that are expected are an array of objects, but got {expected}");
            };
            let database = TestDatabase::create().await;
            let mut connection = connect(&database, P::NAME).await;
            if let Err(failed) = self.folded_into(&mut connection).await {
                self.fail_for(at, &failed, "then_fails_in_database");
            }
            let actual = rows(&mut connection, query).await;
            let table = Table::compare(&actual, &expected);
            if !table.is_as_expected() {
                let when = query.lines().map(|line| Line::text(line.trim())).collect();
                let blocks = vec![("when", when), ("then", table.lines)];
                let end = format!("accept with: .then_rows(…, json!({}))", Value::Array(actual));
                self.fail(at, table.headline, None, blocks, end);
            }
            self.unasserted.fulfil();
            drop(connection);
            drop(database);
        }
    }

    /// Asserts that a handler fails on a fresh database with an error that says so: the text is
    /// part of what the error and its causes print.
    ///
    /// # Panics
    ///
    /// If none fails, or one with another error; where there is no Postgres.
    #[track_caller]
    pub fn then_fails_in_database(self, error: &str) -> impl Future<Output = ()> {
        let at = Location::caller();
        async move {
            let database = TestDatabase::create().await;
            let mut connection = connect(&database, P::NAME).await;
            let folded = self.folded_into(&mut connection).await;
            self.expect_failure(at, folded, error, "then_fails_in_database");
            self.unasserted.fulfil();
            drop(connection);
            drop(database);
        }
    }

    pub(super) async fn create(&self, db: &mut PgConnection) {
        if let Err(error) = self.projection.create(db).await {
            panic!("the tables of `{}` cannot be made: {}", P::NAME, error.chain());
        }
    }

    async fn folded_into(&self, db: &mut PgConnection) -> Result<(), Failed> {
        self.create(db).await;
        fold(&self.projection, &self.log.stored(), db).await
    }
}

/// A connection in a transaction, in the schema of the projection. It is dropped with the database.
pub(super) async fn connect(database: &TestDatabase, name: &str) -> PgConnection {
    let schema = name.replace(['-', '.'], "_");
    let begin =
        format!("CREATE SCHEMA \"{schema}\"; SET search_path TO \"{schema}\", public; BEGIN");
    let connected = async {
        let mut connection = PgConnectOptions::from_str(database.url())?.connect().await?;
        // The only part that varies is a name, which has neither quotes nor blanks.
        connection.execute(AssertSqlSafe(begin)).await?;
        Ok::<_, sqlx::Error>(connection)
    };
    match connected.await {
        Ok(connection) => connection,
        Err(error) => panic!("cannot connect to the database of a scenario: {error}"),
    }
}

/// The rows of a query, as JSON.
pub(super) async fn rows(connection: &mut PgConnection, query: &str) -> Vec<Value> {
    let query = query.trim().trim_end_matches(';');
    let wrapped = format!("SELECT row_to_json(\"row\")::text FROM ({query}\n) AS \"row\"");
    let rows = sqlx::query_scalar::<_, String>(AssertSqlSafe(wrapped)).fetch_all(connection).await;
    match rows {
        Ok(rows) => {
            let read = |row: &String| serde_json::from_str(row).expect("Postgres writes JSON");
            rows.iter().map(read).collect()
        }
        Err(error) => panic!("the query of a scenario failed: {error}\n{query}"),
    }
}
