//! PostgreSQL against the plain model that the store in memory is held against too.

#[path = "../../es-testing/tests/contract/model/plain.rs"]
mod plain;
#[path = "../../es-testing/tests/contract/model/play.rs"]
mod play;
#[path = "../../es-testing/tests/contract/model/story.rs"]
mod story;

use std::sync::atomic::{AtomicU32, Ordering};

use es_postgres::PgStore;
use es_testing::postgres::TestDatabase;
use tokio::runtime::Builder;

/// Of the ten thousand those that cost round trips: in one database, each on streams of its own.
const STORIES: u32 = 400;

#[test]
fn postgres_does_what_the_model_does() {
    let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = runtime.expect("a runtime starts");
    let (store, _database) = runtime.block_on(fresh_store());
    let played = AtomicU32::new(0);

    play::drawn(&runtime, STORIES, file!(), &story::stories(), async |story| {
        let nth = played.fetch_add(1, Ordering::Relaxed);
        play::play(&store, &format!("case-{nth}"), story).await
    });
}

async fn fresh_store() -> (PgStore, TestDatabase) {
    let database = TestDatabase::create().await;
    let store = PgStore::connect(database.url()).await.expect("the database is there");
    store.migrate().await.expect("the database is empty");
    (store, database)
}
