//! What every store of projections owes, kept by Postgres: each guarantee in a database of its own, with
//! prepared statements and without.

use es_core::ProjectionName;
use es_postgres::sqlx::{self, AssertSqlSafe, Executor, PgConnection, PgPool};
use es_postgres::{PgProjections, PgStore, PgStoreOptions, SchemaName};
use es_testing::postgres::TestDatabase;
use es_testing::projection_contract::{self, Misdeed, Probe, Rows};

/// A table of numbers under keys, without a schema: which one it is says the batch.
#[derive(Clone)]
struct Numbers {
    pool: PgPool,
    /// The prefix of the schemas of read models.
    prefix: &'static str,
    /// True if a handler that has ended its batch goes on writing. Behind a pooler that is kept, as the
    /// guide says: the session that it is written in is somebody else's already.
    writes_on: bool,
}

impl Probe<PgConnection> for Numbers {
    async fn create(&self, db: &mut PgConnection) {
        let table = "CREATE TABLE number (key text PRIMARY KEY, number bigint NOT NULL); \
                     CREATE TABLE owned (key text REFERENCES number DEFERRABLE INITIALLY DEFERRED)";
        db.execute(table).await.expect("the schema is the version's own");
    }

    async fn add(&self, db: &mut PgConnection, key: &str, number: i64) {
        let add = "INSERT INTO number AS old VALUES ($1, $2) \
                   ON CONFLICT (key) DO UPDATE SET number = old.number + $2";
        let add = sqlx::query(add).bind(key).bind(number);
        db.execute(add).await.expect("the table is there");
    }

    async fn misdeed(&self, db: &mut PgConnection, what: Misdeed) -> bool {
        let sql = match what {
            Misdeed::Commits => "COMMIT",
            Misdeed::RollsBack => "ROLLBACK",
            Misdeed::BreaksARule => "INSERT INTO owned VALUES ('nobody')",
            _ => return false,
        };
        // Whatever it is answered, it goes on.
        drop(db.execute(sql).await);
        if what != Misdeed::BreaksARule && self.writes_on {
            let more = format!("INSERT INTO {}contract.number VALUES ('z', 1)", self.prefix);
            drop(db.execute(AssertSqlSafe(more)).await);
        }
        true
    }

    async fn rows(&self, db: &mut PgConnection) -> Rows {
        let rows = sqlx::query_as("SELECT key, number FROM number").fetch_all(db).await;
        rows.expect("the table is there").into_iter().collect()
    }

    async fn read(&self, name: &ProjectionName) -> Rows {
        let schema = format!("{}{}", self.prefix, name.as_str().replace(['-', '.'], "_"));
        let table = AssertSqlSafe(format!("SELECT to_regclass('{schema}.number') IS NULL"));
        let is_missing = sqlx::query_scalar(table).persistent(false).fetch_one(&self.pool).await;
        if is_missing.expect("the server is there") {
            return Rows::new();
        }
        let rows = AssertSqlSafe(format!("SELECT key, number FROM {schema}.number"));
        let rows = sqlx::query_as(rows).persistent(false).fetch_all(&self.pool).await;
        rows.expect("readers see the table").into_iter().collect()
    }
}

/// A migrated store in a fresh database, which is dropped with the guard.
async fn fresh() -> (PgProjections, Numbers, TestDatabase) {
    let database = TestDatabase::create().await;
    let pool = PgStore::pool_options().connect(database.url()).await.expect("it is there");
    let store = PgStore::new(pool.clone());
    store.migrate().await.expect("the database is empty");
    (store.projections(), Numbers { pool, prefix: "", writes_on: true }, database)
}

/// Like `fresh`, with a pool of one connection; rows are read on others.
async fn with_one_connection() -> (PgProjections, Numbers, TestDatabase) {
    let (_, numbers, database) = fresh().await;
    let pool = PgStore::pool_options().max_connections(1);
    let pool = pool.connect(database.url()).await.expect("it is there");
    (PgProjections::new(pool), numbers, database)
}

/// Like `fresh`, in another schema, and without one that is called `es`.
async fn ledger() -> (PgProjections, Numbers, TestDatabase) {
    let database = TestDatabase::create().await;
    let pool = PgStore::pool_options().connect(database.url()).await.expect("it is there");
    let name = SchemaName::new("ledger").expect("it needs no quotes");
    let store = PgStore::with_options(pool.clone(), PgStoreOptions::new().with_schema(name));
    store.migrate().await.expect("the database is empty");
    (store.projections(), Numbers { pool, prefix: "ledger_", writes_on: true }, database)
}

async fn unprepared() -> (PgProjections, Numbers, TestDatabase) {
    let (_, numbers, database) = fresh().await;
    let options = PgStoreOptions::new().without_prepared_statements();
    let kept = PgProjections::with_options(numbers.pool.clone(), options);
    (kept, Numbers { writes_on: false, ..numbers }, database)
}

mod prepared {
    es_testing::projection_contract!(super::fresh);
}

mod in_another_schema {
    es_testing::projection_contract!(super::ledger);
}

mod without_prepared_statements {
    es_testing::projection_contract!(super::unprepared);
}

#[test]
fn kept_calls_hold_nobody_up_on_one_connection() {
    let test = projection_contract::kept::a_kept_call_holds_nobody_up;
    projection_contract::run(with_one_connection, test);
}
