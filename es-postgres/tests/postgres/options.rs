//! Options of a store: what each switches off is off.

use es_core::prelude::*;
use es_postgres::{PgStore, PgStoreOptions};
use futures_util::future::join_all;

use crate::support::{Fixture, append, fixture};

const APPENDS: u64 = 40;

/// The number of transactions that stored these appends, which are requested at once.
async fn transactions(fixture: &Fixture, options: PgStoreOptions) -> u64 {
    let store = PgStore::with_options(fixture.pool.clone(), options);
    let names: Vec<_> = (0..APPENDS).map(|nth| format!("s{nth}")).collect();
    let appends = names.iter().map(|name| store.append(append(name, ExpectedVersion::Any, 1)));
    for appended in join_all(appends).await {
        appended.unwrap();
    }
    let of_each = "SELECT count(DISTINCT xmin::text) FROM es.events";
    u64::try_from(fixture.number(of_each).await).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn without_group_commit_each_append_is_a_transaction() {
    let apart = transactions(&fixture().await, PgStoreOptions::new().without_group_commit()).await;
    let together = transactions(&fixture().await, PgStoreOptions::new()).await;

    assert_eq!(apart, APPENDS);
    assert!(together < APPENDS, "{together} transactions");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_kept_connections_a_connection_is_back_after_each_call() {
    let fixture = fixture().await;
    let kept = PgStore::new(fixture.pool.clone());
    let back = PgStore::with_options(
        fixture.pool.clone(),
        PgStoreOptions::new().without_kept_connections(),
    );

    back.append(append("a", ExpectedVersion::Any, 1)).await.unwrap();
    // A connection that was given back may still be on its way.
    let size = fixture.pool.size();
    let held = fixture.pool.acquire().await.unwrap();
    assert_eq!(fixture.pool.size(), size, "no other connection was needed");
    drop(held);

    kept.append(append("b", ExpectedVersion::Any, 1)).await.unwrap();
    assert!(fixture.pool.num_idle() < usize::try_from(fixture.pool.size()).unwrap());
}
