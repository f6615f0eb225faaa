//! Round trips to the server.

use es_core::Position;
use es_core::projection::{ProjectionStore, Slot};
use es_postgres::PgProjections;
use es_postgres::sqlx;
use es_postgres::sqlx::postgres::PgPoolOptions;

use super::support::{key, prepared, version};
use crate::support::fixture;

/// A node asks for what is due at each turn, and for what is left of a key after each event that it has settled: an
/// empty answer is the usual one.
#[tokio::test]
async fn what_a_node_asks_for_again_and_again_is_one_statement() {
    let fixture = fixture().await;
    let id = version(1);
    prepared(&fixture.store, &id).await;
    let pool = PgPoolOptions::new().max_connections(1).connect(fixture.database.url()).await;
    let pool = pool.unwrap();
    let kept = PgProjections::new(pool.clone());
    let slots: Vec<_> = Slot::all().collect();

    let due = kept.due(&id, &slots, &[], 100).await.unwrap();
    let left = kept.parked(&id, &key("ada"), Position(7), 1).await.unwrap();
    let next_page = kept.parked_keys(&id, Some(&key("ada")), 100).await.unwrap();

    assert_eq!((due.len(), left.len(), next_page.len()), (0, 0, 0));
    let sent = "SELECT count(*) FROM pg_prepared_statements \
                WHERE statement LIKE '%FROM es.projections%' AND statement NOT LIKE '%pg_prepared%'";
    let sent: i64 = sqlx::query_scalar(sent).fetch_one(&pool).await.unwrap();
    assert_eq!(sent, 3, "each is answered by its own statement");
}
