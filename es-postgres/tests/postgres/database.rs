//! The databases of tests come and go.

use es_postgres::sqlx::{self, Connection, PgConnection};
use es_testing::postgres::TestDatabase;

#[tokio::test(flavor = "multi_thread")]
async fn a_test_that_panics_leaves_no_database_behind() {
    let witness = TestDatabase::create().await;
    let mut connection = PgConnection::connect(witness.url()).await.unwrap();

    let panicked = tokio::spawn(async {
        let database = TestDatabase::create().await;
        let pool = sqlx::PgPool::connect(database.url()).await.unwrap();
        std::panic::panic_any((database.name().to_owned(), pool));
    })
    .await
    .unwrap_err()
    .into_panic();

    let (name, _still_open) = *panicked.downcast::<(String, sqlx::PgPool)>().unwrap();
    let left: i64 = sqlx::query_scalar("SELECT count(*) FROM pg_database WHERE datname = $1")
        .bind(&name)
        .fetch_one(&mut connection)
        .await
        .unwrap();
    assert_eq!(left, 0);
}
