//! Waiting at the end of the log.

use std::time::Duration;

use es_core::prelude::*;
use es_postgres::PgStore;
use es_postgres::sqlx::PgPool;
use tokio::time::{Instant, sleep, timeout};

use crate::support::{append, exact, fixture};

/// The interval at which the log is polled.
const POLL: Duration = Duration::from_millis(100);

/// Far longer than anything here takes, on however slow a machine.
const PATIENCE: Duration = Duration::from_mins(1);

/// Up to where the log is complete.
pub(crate) async fn safe(store: &PgStore) -> Position {
    store.log_page(Cursor::START, 0).await.unwrap().safe
}

/// How long readers of `reader` wait for an append of `writer`, as a rule.
pub(crate) async fn usual_wait(reader: &PgStore, writer: &PgStore) -> Duration {
    let mut waits = Vec::new();
    for _ in 0..9 {
        let end = safe(reader).await;
        let waiting = reader.clone();
        let waiting = tokio::spawn(async move {
            while safe(&waiting).await == end {
                waiting.log_grown(end).await;
            }
        });
        sleep(Duration::from_millis(10)).await;
        let begun = Instant::now();
        writer.append(append("a", ExpectedVersion::Any, 1)).await.unwrap();
        timeout(PATIENCE, waiting).await.unwrap().unwrap();
        waits.push(begun.elapsed());
    }
    waits.sort();
    waits[4]
}

#[tokio::test(flavor = "multi_thread")]
async fn an_append_of_the_same_process_wakes_at_once() {
    let fixture = fixture().await;

    let wait = usual_wait(&fixture.store, &fixture.store.clone()).await;

    assert!(wait < POLL / 2, "{wait:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_append_of_another_process_is_found_by_looking() {
    let fixture = fixture().await;
    let other = PgStore::new(PgPool::connect(fixture.database.url()).await.unwrap());

    let wait = usual_wait(&fixture.store, &other).await;

    assert!(wait < 5 * POLL, "{wait:?}");
}

/// The append itself is no reason to wake: what is told is not complete before the one that began
/// earlier ends.
#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_woken_for_what_is_not_complete() {
    let fixture = fixture().await;
    let end = safe(&fixture.store).await;
    let mut earlier = fixture.pool.begin().await.unwrap();
    fixture.store.append_within(&mut earlier, append("a", exact(0), 1)).await.unwrap();
    fixture.put("b", exact(0), 1).await.unwrap();

    let early = timeout(3 * POLL, fixture.store.log_grown(end)).await;
    earlier.commit().await.unwrap();
    timeout(PATIENCE, fixture.store.log_grown(end)).await.unwrap();

    assert!(early.is_err(), "woken for nothing");
    assert_eq!(safe(&fixture.store).await, Position(2));
}

/// The task that looked for all goes down with the runtime of the one who called it.
#[tokio::test(flavor = "multi_thread")]
async fn those_who_wait_outlive_the_runtime_of_a_neighbour() {
    let fixture = fixture().await;
    let end = safe(&fixture.store).await;
    let neighbour = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let store = fixture.store.clone();
    neighbour.spawn(async move { store.log_grown(end).await });
    sleep(POLL / 2).await;
    let store = fixture.store.clone();
    let waiting = tokio::spawn(async move {
        while safe(&store).await == end {
            store.log_grown(end).await;
        }
    });

    neighbour.shutdown_background();
    let other = PgStore::new(PgPool::connect(fixture.database.url()).await.unwrap());
    other.append(append("a", exact(0), 1)).await.unwrap();

    timeout(PATIENCE, waiting).await.unwrap().unwrap();
}
