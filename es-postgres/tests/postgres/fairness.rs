//! Appends of the store beside transactions of the service that hold what they need.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use es_core::prelude::*;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use crate::support::{append, fixture};

/// Each of four tasks holds the stream for 400 ms, again and again: one waits for 1.6 seconds in its turn.
#[tokio::test(flavor = "multi_thread")]
async fn an_append_gets_a_stream_that_transactions_of_the_service_hold_in_turn() {
    let fixture = fixture().await;
    let over = Arc::new(AtomicBool::new(false));
    let mut holders = JoinSet::new();
    for _ in 0..4 {
        let (pool, store, over) = (fixture.pool.clone(), fixture.store.clone(), over.clone());
        holders.spawn(async move {
            while !over.load(Ordering::Relaxed) {
                let mut tx = pool.begin().await.unwrap();
                let one = append("a", ExpectedVersion::Any, 1);
                store.append_within(&mut tx, one).await.unwrap();
                sleep(Duration::from_millis(400)).await;
                tx.commit().await.unwrap();
            }
        });
    }
    sleep(Duration::from_secs(1)).await;

    let mine = fixture.put("a", ExpectedVersion::Any, 1);
    let answer = timeout(Duration::from_secs(15), mine).await;
    over.store(true, Ordering::Relaxed);
    holders.join_all().await;

    answer.expect("its turn comes").unwrap();
}
