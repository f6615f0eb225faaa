//! A unit of work in a handler, alone in its crate: no other call has brought the compiler half way down before.

use axum::extract::State;
use axum::routing::post;
use axum::{Json, Router};
use environment_axum::domain::Deposit;
use es_core::prelude::*;
use es_postgres::PgStore;
use es_testing::postgres::TestDatabase;

async fn transfer(State(store): State<PgStore>) -> Json<usize> {
    let mut work = UnitOfWork::new(store, Metadata::default());
    for (account, cents) in [("ada", -5), ("bob", 5)] {
        let moved = Deposit { account: account.into(), cents };
        work.execute(moved).await.expect("it is decided");
    }
    Json(work.commit().await.expect("it is stored").streams.len())
}

#[tokio::test]
async fn a_unit_of_work_fits_into_a_handler() {
    let database = TestDatabase::create().await;
    let store = PgStore::connect(database.url()).await.expect("the database is there");
    store.migrate().await.expect("the database is empty");
    let _routes: Router = Router::new().route("/", post(transfer)).with_state(store.clone());

    let Json(streams) = transfer(State(store)).await;

    assert_eq!(streams, 2);
}
