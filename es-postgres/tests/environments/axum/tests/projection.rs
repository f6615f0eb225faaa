//! A projection that is run, alone in its crate: no other call has brought the compiler half way down before.

use environment_axum::domain::{Account, Deposit, Income};
use es_core::prelude::*;
use es_core::projection::Projections;
use es_postgres::{PgStore, sqlx};
use es_testing::postgres::TestDatabase;
use std::time::Duration;

async fn income(pool: sqlx::PgPool) -> i64 {
    let store = PgStore::new(pool.clone());
    let projections = Projections::new(store.clone(), store.projections());
    let running = projections.run(Income).await.expect("its table is made");
    let accounts = Repository::<Account, _>::new(store);
    let deposit = Deposit { account: "ada".into(), cents: 5 };
    let done = accounts.execute(deposit).await.expect("it is stored");
    let token = done.token().expect("an event was stored");
    projections
        .of::<Income>()
        .wait_for(token, Duration::from_secs(10))
        .await
        .expect("it is handled");
    running.stop().await;
    let sum = sqlx::query_scalar("SELECT cents FROM income.income").fetch_one(&pool);
    sum.await.expect("the table is there")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_projection_is_run_on_a_task_of_the_service() {
    let database = TestDatabase::create().await;
    let pool = sqlx::PgPool::connect(database.url()).await.expect("the database is there");
    PgStore::new(pool.clone()).migrate().await.expect("the database is empty");

    let income = tokio::spawn(income(pool)).await.expect("it does not panic");

    assert_eq!(income, 5);
}
