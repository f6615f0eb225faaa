//! Futures that are dropped at any point of a batch.

use std::time::Duration;

use es_core::projection::{ProjectionBackend, ProjectionBatch};
use es_postgres::PgStore;
use es_postgres::sqlx;
use es_postgres::sqlx::postgres::PgPoolOptions;
use tokio::time::timeout;

use super::support::{Node, at, prepared, see, version};
use crate::support::{Dice, fixture};

/// A pool of one connection, on which the service writes in between: its rows are never in a transaction
/// that somebody left open, and the rows of a batch are there exactly if its checkpoint is.
#[tokio::test(flavor = "multi_thread")]
async fn a_batch_dropped_anywhere_is_whole_and_leaves_no_transaction() {
    let fixture = fixture().await;
    let id = version(1);
    prepared(&fixture.store, &id).await;
    let options = PgPoolOptions::new().max_connections(1).test_before_acquire(false);
    let pool = options.connect(fixture.database.url()).await.unwrap();
    let kept = PgStore::new(pool.clone()).projections();
    let node = Node::of(&kept, &id);
    let claims = node.claim(64).await;
    let mut dice = Dice(0x5eed);
    let mut finished = 0;

    for round in 1..=200_u64 {
        let work = async {
            let mut batch =
                kept.begin(node.scope(es_core::projection::VersionState::Serving)).await.unwrap();
            see(batch.db()).await;
            if round % 3 == 0 {
                batch.savepoint().await.unwrap();
                see(batch.db()).await;
                batch.rollback_to().await.unwrap();
            }
            if round % 5 == 0 {
                return batch.rollback().await.unwrap();
            }
            let at_position = u64::try_from(times(&fixture).await).unwrap() + 1;
            batch.commit(at(&claims, at_position)).await.unwrap();
        };
        let limit = Duration::from_micros(dice.below(12_000));
        finished += u64::from(timeout(limit, work).await.is_ok());

        let outside = "SELECT pg_current_xact_id_if_assigned() IS NULL AND \
                       current_setting('search_path') NOT LIKE '%totals%'";
        let is_outside: bool = sqlx::query_scalar(outside).fetch_one(&pool).await.unwrap();
        assert!(is_outside, "round {round}");
        // What was dropped on its way to the commit comes to its end on the server.
        let busy = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() \
                    AND state <> 'idle' AND pid <> pg_backend_pid()";
        fixture.until(busy, 0).await;
        let checkpoint = fixture.number("SELECT min(checkpoint) FROM es.leases").await;
        assert_eq!(times(&fixture).await, checkpoint, "round {round}");
    }
    assert!((10..190).contains(&finished), "{finished} of 200 were not dropped");
}

async fn times(fixture: &crate::support::Fixture) -> i64 {
    fixture.number("SELECT coalesce(sum(times), 0)::bigint FROM totals.seen").await
}
