//! PostgreSQL stops, crashes and comes back while appends are under way.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use es_core::prelude::*;
use es_core::{AppendError, StreamAppend};
use es_postgres::PgStore;
use futures_util::TryStreamExt;
use test_servers::TestServer;
use tokio::task::JoinSet;

use crate::support::{event, stream};

const WRITERS: usize = 16;
const CRASHES: usize = 3;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nothing_acknowledged_is_missing_after_an_immediate_shutdown() {
    survives(TestServer::stop_at_once).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nothing_acknowledged_is_missing_after_a_kill() {
    survives(TestServer::kill).await;
}

/// Sixteen writers, half of them on two streams where they wait for one another, while the server
/// goes down and comes back. Who is told of a moment's failure sends the same append again until it
/// is answered. In the end every append is there once, where it was said to be.
async fn survives(crash: fn(&TestServer)) {
    let server = TestServer::start();
    let pool = PgStore::pool_options().max_connections(8).connect(&server.url("postgres")).await;
    let store = PgStore::new(pool.unwrap());
    store.migrate().await.unwrap();
    let over = Arc::new(AtomicBool::new(false));
    let answered = Arc::new(AtomicUsize::new(0));
    let mut writers = JoinSet::new();
    for writer in 0..WRITERS {
        writers.spawn(write(store.clone(), writer, over.clone(), answered.clone()));
    }

    for _ in 0..CRASHES {
        // Under load: appends are answered before each crash, and again after it, by the same pool.
        let before = answered.load(Ordering::SeqCst);
        until(|| answered.load(Ordering::SeqCst) >= before + 10 * WRITERS).await;
        crash(&server);
        server.start_again();
    }
    let before = answered.load(Ordering::SeqCst);
    until(|| answered.load(Ordering::SeqCst) >= before + 10 * WRITERS).await;
    over.store(true, Ordering::SeqCst);

    let mut acknowledged = HashMap::new();
    let mut failures = 0;
    while let Some(writer) = writers.join_next().await {
        let told = writer.unwrap();
        failures += told.failures;
        acknowledged.extend(told.acknowledged);
    }
    assert!(failures > 0, "no append was under way when the server went down");
    let log: Vec<_> = store.read_log(Cursor::<Position>::START).try_collect().await.unwrap();
    let stored: HashMap<_, _> = log.iter().map(|event| (event.id, event.position)).collect();
    assert_eq!(stored.len(), log.len(), "an event is there twice");
    assert_eq!(stored.len(), acknowledged.len(), "every append was answered in the end");
    for (id, position) in &acknowledged {
        let found = stored.get(id);
        assert!(found.is_some(), "event {id} was acknowledged and is missing");
        assert!(position.is_none_or(|position| found == Some(&position)), "event {id} has moved");
    }
}

/// What a writer was told.
struct Told {
    /// Per event its position, where the answer came through.
    acknowledged: HashMap<EventId, Option<Position>>,
    failures: usize,
}

async fn write(
    store: PgStore,
    writer: usize,
    over: Arc<AtomicBool>,
    answered: Arc<AtomicUsize>,
) -> Told {
    let mut told = Told { acknowledged: HashMap::new(), failures: 0 };
    while !over.load(Ordering::SeqCst) {
        let key = if writer.is_multiple_of(2) {
            format!("hot-{}", writer % 4)
        } else {
            format!("s{writer}")
        };
        let events = vec![event("{}"), event("{}")];
        let ids: Vec<_> = events.iter().map(|event| event.id).collect();
        let mut parts = vec![StreamAppend::new(stream(&key), ExpectedVersion::Any, events)];
        if writer.is_multiple_of(3) {
            // Rests on a stream, and so takes the locked form.
            parts.push(StreamAppend::new(stream("never"), ExpectedVersion::NoStream, Vec::new()));
        }
        let append = Append::new(parts).unwrap();
        loop {
            match store.append(append.clone()).await {
                Ok(appended) => {
                    let positions = appended.streams[0].positions.iter().copied().map(Some);
                    told.acknowledged.extend(ids.iter().copied().zip(positions));
                    break;
                }
                // It was stored by an attempt whose answer was lost.
                Err(AppendError::DuplicateEvent { id }) => {
                    assert!(told.failures > 0 && ids.contains(&id));
                    told.acknowledged.extend(ids.iter().map(|id| (*id, None)));
                    break;
                }
                Err(AppendError::Store(error)) if error.is_transient() => {
                    told.failures += 1;
                    tokio::time::sleep(Duration::from_millis(5)).await;
                }
                Err(error) => panic!("it is no fault of the append: {error:?}"),
            }
        }
        answered.fetch_add(1, Ordering::SeqCst);
    }
    told
}

async fn until(condition: impl Fn() -> bool) {
    let begun = Instant::now();
    while !condition() {
        assert!(begun.elapsed() < Duration::from_mins(2), "waited in vain");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}
