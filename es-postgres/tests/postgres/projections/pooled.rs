//! Behind pgbouncer in transaction mode.

use std::str::FromStr;
use std::time::Duration;

use es_core::projection::{
    ParkedSelector, ProjectionBatch, ProjectionStore, Registration, Swap, VersionState,
};
use es_postgres::sqlx;
use es_postgres::sqlx::postgres::PgConnectOptions;
use es_postgres::{PgStore, PgStoreOptions};
use test_servers::{TestPooler, TestServer};
use tokio::task::JoinSet;

use super::support::{Node, at, failed, incarnation, prepare, prepared, see, version};

/// Six nodes in four sessions, each with a heartbeat beside its batches; then another version takes over.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_projection_is_run_from_its_first_batch_to_its_swap() {
    let server = TestServer::start();
    let pooler = TestPooler::before(&server);
    let database = server.create_database();
    let direct = PgStore::connect(&server.url(&database)).await.unwrap();
    direct.migrate().await.unwrap();
    let options = PgConnectOptions::from_str(&pooler.url(&database)).unwrap();
    let options = options.statement_cache_capacity(0);
    let pool = PgStore::pool_options().max_connections(20).connect_with(options).await.unwrap();
    let store = PgStore::with_options(pool, PgStoreOptions::new().without_prepared_statements());
    let (old, new) = (version(1), version(2));
    let kept = prepared(&store, &old).await;
    let mut nodes = JoinSet::new();

    for nth in 0..6 {
        let node = Node::of(&kept, &old);
        nodes.spawn(async move {
            let claims = node.claim(10).await;
            for position in 1..=20 {
                let batch = async { node.seeing().await.commit(at(&claims, position)).await };
                let (done, reply) = tokio::join!(batch, node.heartbeat());
                done.unwrap();
                assert_eq!(reply.held.len(), claims.len());
            }
            let mut progress = at(&claims, 20);
            let key = format!("k{nth}");
            progress.parked = vec![failed(&key, nth + 1, Some(Duration::ZERO))];
            node.begin().await.commit(progress).await.unwrap();
            node.kept.deregister(node.holder()).await.unwrap();
        });
    }
    while let Some(node) = nodes.join_next().await {
        node.unwrap();
    }
    assert_eq!(kept.replay(&old, &ParkedSelector::All).await.unwrap(), 6);
    let status = kept.versions(None).await.unwrap();
    assert_eq!((status[0].parked_keys, status[0].nodes.len()), (6, 0));

    kept.register(&Registration::new(new.clone(), incarnation(&store).await)).await.unwrap();
    prepare(&kept, &new).await;
    assert_eq!(kept.swap(&new).await.unwrap(), Swap::NotYet);
    let node = Node::of(&kept, &new);
    let mut batch = node.begin_as(VersionState::Building).await;
    see(batch.db()).await;
    batch.commit(at(&node.claim(64).await, 20)).await.unwrap();
    assert_eq!(kept.swap(&new).await.unwrap(), Swap::Done);

    assert_eq!(kept.counts(&new).await.unwrap(), [("seen".to_owned(), 1)]);
    assert_eq!(node.heartbeat().await.state, VersionState::Serving);
    let times =
        "SELECT (SELECT times FROM totals_v1.seen) * 1000 + (SELECT times FROM totals.seen)";
    let pool = sqlx::PgPool::connect(&server.url(&database)).await.unwrap();
    let times: i64 = sqlx::query_scalar(times).fetch_one(&pool).await.unwrap();
    assert_eq!(times, 120_001);
}
