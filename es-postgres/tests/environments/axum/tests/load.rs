//! A load in a handler, alone in its crate: no other call has brought the compiler half way down before.

use axum::extract::{Path, State};
use axum::routing::get;
use axum::{Json, Router};
use environment_axum::domain::Account;
use es_core::prelude::*;
use es_postgres::PgStore;
use es_testing::postgres::TestDatabase;

type Accounts = Repository<Account, PgStore>;

async fn show(State(accounts): State<Accounts>, Path(account): Path<String>) -> Json<i64> {
    Json(accounts.load(&account).await.expect("it is read").state.cents)
}

#[tokio::test]
async fn a_load_is_a_handler_of_one_line() {
    let database = TestDatabase::create().await;
    let store = PgStore::connect(database.url()).await.expect("the database is there");
    store.migrate().await.expect("the database is empty");
    let accounts = Repository::new(store);
    let _routes: Router = Router::new().route("/{account}", get(show)).with_state(accounts.clone());

    let Json(cents) = show(State(accounts), Path("ada".into())).await;

    assert_eq!(cents, 0);
}
