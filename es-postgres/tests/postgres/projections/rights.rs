//! What the roles of the documented set-up can do with projections.

use es_core::projection::{ProjectionBatch, ProjectionStore, Registration, Swap, VersionState};
use es_postgres::PgStore;
use es_postgres::sqlx::{self, Executor, PgPool};
use test_servers::TestServer;

use super::support::{Node, at, failed, incarnation, prepare, prepared, version};
use crate::roles::{answer, pool_of};

async fn set_up() -> TestServer {
    let server = TestServer::start();
    let administrator = PgPool::connect(&server.url("postgres")).await.unwrap();
    let roles = "CREATE ROLE es_owner; CREATE ROLE es_writer; CREATE ROLE es_reader; \
                 GRANT CREATE ON DATABASE postgres TO es_owner, es_writer";
    administrator.execute(roles).await.unwrap();
    let owner = pool_of(&server, "es_owner").await;
    PgStore::new(owner.clone()).migrate().await.unwrap();
    owner.execute(include_str!("../../../roles.sql")).await.unwrap();
    server
}

#[tokio::test(flavor = "multi_thread")]
async fn the_writer_runs_projections_from_their_first_batch_to_their_last() {
    let server = set_up().await;
    let pool = pool_of(&server, "es_writer").await;
    let store = PgStore::new(pool.clone());
    let (old, new) = (version(1), version(2));
    let kept = prepared(&store, &old).await;
    let node = Node::of(&kept, &old);
    let mut progress = at(&node.claim(64).await, 5);
    progress.parked = vec![failed("ada", 3, None)];
    node.seeing().await.commit(progress).await.unwrap();
    let reason = es_core::Reason::new("a test").unwrap();
    kept.drop_parked(&old, &super::support::key("ada"), es_core::Position(3), &reason)
        .await
        .unwrap();
    let held = node.heartbeat().await.held;
    let claims = held.into_iter().map(|(slot, epoch)| {
        let start = es_core::Position::START;
        es_core::projection::Claim::new(slot, epoch, start, start)
    });
    let mut progress = at(&claims.collect::<Vec<_>>(), 5);
    progress.settled = vec![(super::support::key("ada"), es_core::Position(3))];
    node.begin().await.commit(progress).await.unwrap();
    kept.rebuild(&old).await.unwrap().rollback().await.unwrap();
    kept.scratch(&old).await.unwrap().rollback().await.unwrap();
    kept.register(&Registration::new(new.clone(), incarnation(&store).await)).await.unwrap();
    prepare(&kept, &new).await;
    let node = Node::of(&kept, &new);
    let batch = node.begin_as(VersionState::Building).await;
    batch.commit(at(&node.claim(64).await, 5)).await.unwrap();

    assert_eq!(kept.swap(&new).await.unwrap(), Swap::Done);
    assert!(kept.drop_version(&old).await.unwrap());

    for statement in
        ["DELETE FROM es.events", "UPDATE es.dropped SET reason = ''", "DELETE FROM es.dropped"]
    {
        assert_eq!(answer(&pool, statement.to_owned()).await, "42501", "{statement}");
    }
}

/// Whoever reads streams may ask how far projections have come, and does nothing to them.
#[tokio::test(flavor = "multi_thread")]
async fn the_reader_asks_and_changes_nothing() {
    let server = set_up().await;
    let writer = PgStore::new(pool_of(&server, "es_writer").await);
    let id = version(1);
    prepared(&writer, &id).await;
    let pool = pool_of(&server, "es_reader").await;
    let reader = PgStore::new(pool.clone()).projections();

    assert!(reader.visible(&id.name).await.unwrap().is_some());
    assert_eq!(reader.versions(None).await.unwrap().len(), 1);
    assert!(reader.stop(&id, Some("no")).await.is_err());
    assert_eq!(answer(&pool, "DELETE FROM es.leases".to_owned()).await, "42501");
}

/// A service whose rights were given before there were projections: who could write can run them. The
/// owner of the schema upgrades it, without the right to make another one.
#[tokio::test(flavor = "multi_thread")]
async fn rights_on_events_become_rights_on_projections() {
    let server = set_up().await;
    let pool = pool_of(&server, "es_owner").await;
    let sql = "DROP TABLE es.projections, es.leases, es.projection_nodes, es.parked, es.dropped CASCADE; \
               DROP FUNCTION es.fence, es.guard, es.guard_session, es.guard_inline, es.unguard_inline, \
               es.begin_batch, es.end_batch; DELETE FROM es._migrations WHERE version IN (3, 4, 6)";
    pool.execute(sql).await.unwrap();
    let administrator = PgPool::connect(&server.url("postgres")).await.unwrap();
    administrator.execute("REVOKE CREATE ON DATABASE postgres FROM es_owner").await.unwrap();
    PgStore::new(pool).migrate().await.unwrap();

    let store = PgStore::new(pool_of(&server, "es_writer").await);
    let id = version(1);
    let kept = prepared(&store, &id).await;
    let node = Node::of(&kept, &id);
    node.seeing().await.commit(at(&node.claim(64).await, 1)).await.unwrap();

    let mut rows = kept.rows(&id).await.unwrap();
    let times: i64 =
        sqlx::query_scalar("SELECT times FROM seen").fetch_one(rows.db()).await.unwrap();
    assert_eq!(times, 1);
}
