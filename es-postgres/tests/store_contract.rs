//! What every store owes, kept by Postgres: each guarantee in a database of its own.

use es_postgres::{PgStore, PgStoreOptions, SchemaName};
use es_testing::postgres::TestDatabase;

/// A migrated store in a fresh database, which is dropped with the guard.
async fn fresh_store() -> (PgStore, TestDatabase) {
    let database = TestDatabase::create().await;
    let store = PgStore::connect(database.url()).await.expect("the database is there");
    store.migrate().await.expect("the database is empty");
    (store, database)
}

/// Like `fresh_store`, in another schema, and without one that is called `es`.
async fn fresh_ledger() -> (PgStore, TestDatabase) {
    let database = TestDatabase::create().await;
    let pool = PgStore::pool_options().connect(database.url()).await.expect("it is there");
    let name = SchemaName::new("ledger").expect("it needs no quotes");
    let store = PgStore::with_options(pool, PgStoreOptions::new().with_schema(name));
    store.migrate().await.expect("the database is empty");
    (store, database)
}

/// Like `fresh_store`, with everything off that can be.
async fn fresh_bare_store() -> (PgStore, TestDatabase) {
    let database = TestDatabase::create().await;
    let pool = PgStore::pool_options().connect(database.url()).await.expect("it is there");
    let options = PgStoreOptions::new()
        .without_group_commit()
        .without_coalesced_loads()
        .without_kept_connections()
        .without_spare_connections()
        .without_prepared_statements();
    let store = PgStore::with_options(pool, options);
    store.migrate().await.expect("the database is empty");
    (store, database)
}

es_testing::contract!(fresh_store);
es_testing::transform_contract!(fresh_store);
es_testing::retag_contract!(fresh_store);

mod in_another_schema {
    es_testing::contract!(super::fresh_ledger);
    es_testing::transform_contract!(super::fresh_ledger);
    es_testing::retag_contract!(super::fresh_ledger);
}

mod with_everything_off {
    es_testing::contract!(super::fresh_bare_store);
}
