//! What every store of sagas owes, kept by Postgres: each guarantee in a database of its own, with prepared statements and
//! without.

use es_postgres::{PgSagas, PgStore, PgStoreOptions, SchemaName};
use es_testing::postgres::TestDatabase;

/// A migrated store in a fresh database, which is dropped with the guard.
async fn fresh() -> (PgStore, PgSagas, TestDatabase) {
    with(PgStoreOptions::new()).await
}

async fn unprepared() -> (PgStore, PgSagas, TestDatabase) {
    with(PgStoreOptions::new().without_prepared_statements()).await
}

async fn ledger() -> (PgStore, PgSagas, TestDatabase) {
    let name = SchemaName::new("ledger").expect("it needs no quotes");
    with(PgStoreOptions::new().with_schema(name)).await
}

async fn with(options: PgStoreOptions) -> (PgStore, PgSagas, TestDatabase) {
    let database = TestDatabase::create().await;
    let pool = PgStore::pool_options().connect(database.url()).await.expect("it is there");
    let store = PgStore::with_options(pool, options);
    store.migrate().await.expect("the database is empty");
    (store.clone(), store.sagas(), database)
}

mod prepared {
    es_testing::saga_contract!(super::fresh);
}

mod in_another_schema {
    es_testing::saga_contract!(super::ledger);
}

mod without_prepared_statements {
    es_testing::saga_contract!(super::unprepared);
}
