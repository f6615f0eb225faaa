//! Rows go where they belong, whatever a session holds under the name of their table.

use es_core::prelude::*;
use es_core::projection::Projections;
use es_postgres::PgStore;
use es_postgres::sqlx::{self, Executor};

use super::support::{Deed, Deeds, Do, Doer, Stage, options};

/// Sessions that each have a temporary table of that name, and a search path in which it comes first.
async fn with_temporary_tables(stage: &Stage) -> PgStore {
    let pool = PgStore::pool_options().max_connections(4).after_connect(|connection, _| {
        let shadows = "CREATE TEMP TABLE deed (doer text PRIMARY KEY, times bigint NOT NULL); \
                       SET search_path = pg_temp, public";
        Box::pin(async move { connection.execute(shadows).await.map(drop) })
    });
    PgStore::new(pool.connect(stage.fixture.database.url()).await.unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_temporary_table_of_the_same_name_takes_no_rows() {
    let stage = Stage::of(&[("ada", Deed::Nothing), ("bob", Deed::Nothing)]).await;
    let store = with_temporary_tables(&stage).await;
    let projections = Projections::new(stage.fixture.store.clone(), store.projections());

    let running = projections.run_with(Deeds, options()).await.unwrap();
    stage.until_visible().await;
    running.stop().await;

    assert_eq!((stage.times("ada").await, stage.times("bob").await), (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_temporary_table_takes_no_rows_of_an_inline_projection() {
    let stage = Stage::of(&[("ada", Deed::Nothing)]).await;
    let store = with_temporary_tables(&stage).await.inline(Deeds).await.unwrap();
    let doers = Repository::<Doer, _>::new(store);

    doers.execute(Do { doer: "bob".into(), deed: Deed::Nothing }).await.unwrap();

    assert_eq!((stage.times("ada").await, stage.times("bob").await), (1, 1));
    let own = sqlx::query_scalar::<_, i64>("SELECT count(*) FROM deeds.deed");
    assert_eq!(own.fetch_one(&stage.fixture.pool).await.unwrap(), 2);
}
