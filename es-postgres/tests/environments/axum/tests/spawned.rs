//! What a service does with its store at its start, each on a task of its own.

use environment_axum::domain::{Income, deposit};
use es_core::InvalidAppend;
use es_core::prelude::*;
use es_postgres::{PgStore, sqlx};
use es_testing::postgres::TestDatabase;
use futures_util::stream;

#[tokio::test(flavor = "multi_thread")]
async fn what_a_service_does_at_its_start_is_spawned() {
    let database = TestDatabase::create().await;
    let url = database.url().to_owned();
    let connected = tokio::spawn(async move { PgStore::connect(&url).await });
    let store = connected.await.expect("it ends").expect("the database is there");
    let empty = store.clone();
    let migrated = tokio::spawn(async move { empty.migrate().await });
    migrated.await.expect("it ends").expect("the database is empty");

    let beginning = store.clone();
    let begun = tokio::spawn(async move { beginning.begin_incarnation().await });
    begun.await.expect("it ends").expect("it has begun");
    let importing = store.clone();
    let imported = tokio::spawn(async move {
        let history = stream::iter([Ok::<_, InvalidAppend>(deposit("ada"))]);
        importing.import(history, |_| {}).await
    });
    imported.await.expect("it ends").expect("it is stored");
    let plain = store.clone();
    let inline = tokio::spawn(async move {
        let store = plain.inline(Income).await?;
        store.rebuild_inline(Income).await.map(|()| store)
    });
    inline.await.expect("it ends").expect("it is built");
    let pool = sqlx::PgPool::connect(database.url()).await.expect("the database is there");
    let joining = store.clone();
    let joined = tokio::spawn(async move {
        let mut tx = pool.begin().await?;
        let joined = joining.append_within(&mut tx, deposit("bob")).await;
        tx.commit().await.map(|()| joined)
    });

    let joined = joined.await.expect("it ends").expect("it is committed");
    assert_eq!(joined.expect("it is stored").streams[0].version, Version(1));
}
