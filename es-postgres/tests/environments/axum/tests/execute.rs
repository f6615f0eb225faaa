//! A command in a handler, alone in its crate: no other call has brought the compiler half way down before.

use axum::extract::{Path, State};
use axum::routing::post;
use axum::{Json, Router};
use environment_axum::domain::{Account, Deposit};
use es_core::prelude::*;
use es_postgres::PgStore;
use es_testing::postgres::TestDatabase;

type Accounts = Repository<Account, PgStore>;

async fn deposit(State(accounts): State<Accounts>, Path(account): Path<String>) -> Json<u64> {
    let done = accounts.execute(Deposit { account, cents: 5 }).await.expect("it is stored");
    Json(done.version.0)
}

#[tokio::test]
async fn a_command_is_a_handler_of_three_lines() {
    let database = TestDatabase::create().await;
    let store = PgStore::connect(database.url()).await.expect("the database is there");
    store.migrate().await.expect("the database is empty");
    let accounts = Repository::new(store);
    let _routes: Router =
        Router::new().route("/{account}", post(deposit)).with_state(accounts.clone());

    let Json(version) = deposit(State(accounts), Path("ada".into())).await;

    assert_eq!(version, 1);
}
