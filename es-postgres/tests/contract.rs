//! What every store owes, kept by Postgres: each guarantee in a database of its own.

use es_postgres::PgStore;
use es_testing::postgres::TestDatabase;

/// A migrated store in a fresh database, which is dropped with the guard.
async fn fresh_store() -> (PgStore, TestDatabase) {
    let database = TestDatabase::create().await;
    let store = PgStore::connect(database.url()).await.expect("the database is there");
    store.migrate().await.expect("the database is empty");
    (store, database)
}

es_testing::contract!(fresh_store);
es_testing::transform_contract!(fresh_store);
