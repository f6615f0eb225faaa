//! The server goes down and comes back while batches are under way.

use std::time::Duration;

use es_core::projection::{
    CommitError, ProjectionBackend, ProjectionBatch, ProjectionStore, VersionState,
};
use es_postgres::PgStore;
use es_postgres::sqlx;
use test_servers::TestServer;
use tokio::time::sleep;

use super::support::{Node, SEE, at, prepared, version};

/// Whatever was under way: in the end each step is there once, and the node has its slots still.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_restart_is_a_moments_failure_and_no_step_is_lost_or_doubled() {
    let server = TestServer::start();
    let pool = PgStore::pool_options().max_connections(8).connect(&server.url("postgres")).await;
    let store = PgStore::new(pool.unwrap());
    store.migrate().await.unwrap();
    let id = version(1);
    let kept = prepared(&store, &id).await;
    let node = Node::of(&kept, &id).with_lease(Duration::from_mins(5));
    let claims = node.claim(64).await;
    let (mut done, mut failures) = (0, 0);

    for round in 0..4 {
        let goal = done + 20;
        let mut crash = Some(&server).filter(|_| round > 0);
        while done < goal {
            let step = async {
                let mut batch = kept.begin(node.scope(VersionState::Serving)).await?;
                // As a handler that does not tell a lost connection from a failure of its own.
                if let Err(error) = sqlx::query(SEE).execute(batch.db()).await {
                    assert!(kept.is_transient(&error.into()));
                }
                if let Some(server) = crash.take() {
                    server.kill();
                    server.start_again();
                }
                batch.commit(at(&claims, done + 1)).await
            };
            match step.await {
                Ok(()) => done += 1,
                Err(CommitError::Store(error)) if error.is_transient() => {
                    failures += 1;
                    sleep(Duration::from_millis(5)).await;
                    // What was answered by nobody may have been done.
                    done = come_to(&kept, &id, done).await;
                }
                Err(error) => panic!("it is no fault of the batch: {error:?}"),
            }
        }
    }

    assert!(failures >= 3, "{failures} batches met a server that was down");
    let mut reader = kept.rows(&id).await.unwrap();
    let times: i64 =
        sqlx::query_scalar("SELECT times FROM seen").fetch_one(reader.db()).await.unwrap();
    reader.rollback().await.unwrap();
    assert_eq!(u64::try_from(times).unwrap(), done);
    assert_eq!(node.heartbeat().await.held.len(), 64);
}

async fn come_to(
    kept: &es_postgres::PgProjections,
    id: &es_core::ProjectionId,
    before: u64,
) -> u64 {
    for _ in 0..1000 {
        match kept.visible(&id.name).await {
            Ok(visible) => return visible.unwrap().position.0,
            Err(error) => assert!(error.is_transient(), "{error:?}"),
        }
        sleep(Duration::from_millis(10)).await;
    }
    panic!("the server did not come back after step {before}");
}
