//! Streams are apart, and there for every handle to the store.

use es_core::{Cursor, EventStore};

use super::subjects::{ALL, add, events, ids, page, read, recorded_ids, stream};

/// Read from either end. There is no error for it.
pub async fn an_unknown_stream_is_empty<S: EventStore>(store: &S) {
    add(store, &stream("known"), events(1)).await;

    let unknown = stream("unknown");
    let upwards = page(store, &unknown, Cursor::START, ALL).await;
    let downwards = page(store, &unknown, Cursor::END, ALL).await;

    assert_eq!(upwards, [], "an unknown stream has no events");
    assert_eq!(downwards, [], "an unknown stream has no events, downwards");
}

/// Each has its own events and its own versions.
pub async fn streams_do_not_mix<S: EventStore>(store: &S) {
    let (one, other) = (events(2), events(1));
    add(store, &stream("one"), one.clone()).await;
    add(store, &stream("other"), other.clone()).await;

    let stored = recorded_ids(&read(store, &stream("one")).await);
    assert_eq!(stored, ids(&one), "one has its own events");
    let stored = recorded_ids(&read(store, &stream("other")).await);
    assert_eq!(stored, ids(&other), "the other has its own");
}

/// Clones see each other's events, in both directions, whenever they were made.
pub async fn clones_share_their_events<S: EventStore>(store: &S) {
    let early = store.clone();
    let (by_the_store, by_the_clone) = (events(1), events(1));
    add(store, &stream("one"), by_the_store.clone()).await;
    add(&early, &stream("one"), by_the_clone.clone()).await;
    let late = store.clone();

    let all = ids(&[by_the_store, by_the_clone].concat());
    let stored = recorded_ids(&read(store, &stream("one")).await);
    assert_eq!(stored, all, "the store sees what its clone stored");
    let stored = recorded_ids(&read(&early, &stream("one")).await);
    assert_eq!(stored, all, "a clone sees what the store stored");
    let stored = recorded_ids(&read(&late, &stream("one")).await);
    assert_eq!(stored, all, "a later clone sees all");
}
