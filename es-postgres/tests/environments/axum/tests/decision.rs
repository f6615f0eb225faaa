//! A decision across streams in a handler, alone in its crate: no other call has brought the compiler half way down before.

use axum::extract::{Path, State};
use axum::routing::post;
use axum::{Json, Router};
use environment_axum::domain::TakeName;
use es_core::prelude::*;
use es_postgres::PgStore;
use es_testing::postgres::TestDatabase;

async fn take(State(store): State<PgStore>, Path(name): Path<String>) -> Json<usize> {
    let decisions = Decisions::new(store);
    Json(decisions.execute(TakeName { name }).await.expect("it is decided").events.len())
}

#[tokio::test]
async fn a_decision_is_a_handler_of_two_lines() {
    let database = TestDatabase::create().await;
    let store = PgStore::connect(database.url()).await.expect("the database is there");
    store.migrate().await.expect("the database is empty");
    let _routes: Router = Router::new().route("/{name}", post(take)).with_state(store.clone());

    let Json(first) = take(State(store.clone()), Path("ada".into())).await;
    let Json(second) = take(State(store), Path("ada".into())).await;

    assert_eq!([first, second], [1, 0]);
}
