//! What is there, and then what comes.

use std::sync::atomic::Ordering;
use std::time::Duration;

use es_core::prelude::*;
use es_core::{EventName, Selection, Start};
use futures_util::StreamExt;
use tokio::task::JoinSet;

use super::support::{Altered, add, add_many, event, is_quiet, next, positions, stream};

#[tokio::test(start_paused = true)]
async fn what_comes_follows_what_is_there() {
    let store = MemoryStore::new();
    add_many(&store, "account/a", 3).await;
    let mut events = store.subscribe(Selection::log(), Start::Beginning);

    assert_eq!(positions(&mut events, 3).await, [1, 2, 3]);
    assert!(is_quiet(&mut events).await);
    add_many(&store, "account/b", 2).await;
    assert_eq!(positions(&mut events, 2).await, [4, 5]);
}

/// The writer goes on while the reader comes from behind to the end.
#[tokio::test(flavor = "multi_thread")]
async fn there_is_no_seam_between_what_is_there_and_what_comes() {
    const EACH: usize = 700;
    let store = MemoryStore::new();
    add_many(&store, "account/a", EACH).await;
    let mut writers = JoinSet::new();
    for writer in 0..4 {
        let store = store.clone();
        writers.spawn(async move {
            for _ in 0..EACH {
                add_many(&store, &format!("account/{writer}"), 1).await;
                tokio::task::yield_now().await;
            }
        });
    }
    let mut events = store.subscribe(Selection::log(), Start::Beginning);

    let read = positions(&mut events, 5 * EACH).await;

    let all: Vec<_> = (1..).take(5 * EACH).collect();
    assert_eq!(read, all);
}

#[tokio::test(start_paused = true)]
async fn only_what_is_selected_comes_and_the_checkpoint_goes_on() {
    let store = MemoryStore::new();
    let opened = Selection::category(Category::new("account").unwrap())
        .with_types([EventName::new("opened").unwrap()]);
    add(&store, "account/a", vec![event("opened"), event("closed")]).await;
    let mut events = store.subscribe(opened, Start::Beginning);
    assert_eq!(events.checkpoint(), None);

    assert_eq!(positions(&mut events, 1).await, [1]);
    assert_eq!(events.checkpoint().unwrap().position, Position(1));
    add(&store, "order/a", vec![event("opened")]).await;
    assert!(is_quiet(&mut events).await);
    assert_eq!(events.checkpoint().unwrap().position, Position(3));
    add(&store, "account/b", vec![event("opened")]).await;
    assert_eq!(positions(&mut events, 1).await, [4]);
}

/// Of a log of many pages two are read, however long the reader thinks about its first event.
#[tokio::test(start_paused = true)]
async fn a_slow_reader_has_two_pages_in_memory() {
    let store = Altered::new();
    add_many(&store, "account/a", 5000).await;
    let mut events = store.subscribe(Selection::log(), Start::Beginning);

    for _ in 0..9 {
        next(&mut events).await.unwrap();
        tokio::time::sleep(Duration::from_secs(3600)).await;
    }

    assert_eq!(store.pages.load(Ordering::Relaxed), 2);
    assert_eq!(positions(&mut events, 4991).await.last(), Some(&5000));
}

#[tokio::test(start_paused = true)]
async fn a_wait_that_is_given_up_loses_nothing() {
    let store = MemoryStore::new();
    let mut events = store.subscribe(Selection::stream(stream("account/a")), Start::Beginning);

    for nth in 1..=20 {
        assert!(tokio::time::timeout(Duration::from_millis(1), events.next()).await.is_err());
        add_many(&store, "account/a", 1).await;
        assert_eq!(positions(&mut events, 1).await, [nth]);
    }
}

#[tokio::test(start_paused = true)]
async fn an_append_wakes_who_waits_in_memory() {
    let store = MemoryStore::new();
    let mut events = store.subscribe(Selection::log(), Start::Beginning);
    let waiting = tokio::spawn(async move {
        let begun = tokio::time::Instant::now();
        positions(&mut events, 1).await;
        begun.elapsed()
    });

    tokio::time::sleep(Duration::from_millis(10)).await;
    add_many(&store, "account/a", 1).await;

    let waited = waiting.await.unwrap();
    assert!(waited < Duration::from_millis(20), "{waited:?}");
}
