//! Options of a store: what each switches off is off.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use es_core::prelude::*;
use es_postgres::sqlx::postgres::PgPoolOptions;
use es_postgres::{PgStore, PgStoreOptions};
use futures_util::future::join_all;
use tokio::time::timeout;

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

/// A kept connection goes back once, when it was not used for a while.
#[tokio::test(flavor = "multi_thread")]
async fn without_kept_connections_a_connection_goes_back_after_each_call() {
    let fixture = fixture().await;
    let released = Arc::new(AtomicU64::new(0));
    let count = Arc::clone(&released);
    let pool = PgPoolOptions::new().after_release(move |_, _| {
        count.fetch_add(1, Ordering::SeqCst);
        Box::pin(async { Ok(true) })
    });
    let pool = pool.connect(fixture.database.url()).await.unwrap();
    let store = PgStore::with_options(pool, PgStoreOptions::new().without_kept_connections());
    let before = released.load(Ordering::SeqCst);

    for _ in 0..5 {
        store.append(append("a", ExpectedVersion::Any, 1)).await.unwrap();
    }

    // The pool takes a connection back on a task.
    let all = async {
        while released.load(Ordering::SeqCst) < before + 5 {
            tokio::task::yield_now().await;
        }
    };
    timeout(Duration::from_secs(20), all).await.unwrap();
}
