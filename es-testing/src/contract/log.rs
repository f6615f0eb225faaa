//! The log: every event of the store, once, in an order that readers can follow.

use std::collections::HashMap;
use std::time::Duration;

use es_core::{Cursor, EventId, EventStore, ExpectedVersion, Position};
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::subjects::{
    add, events, ids, log_up_to, part, read, recorded_ids, stream, try_append, try_parts,
};

/// Every acknowledged event, of whatever append, and none besides; the positions rise.
pub async fn the_log_holds_every_event_once<S: EventStore>(store: &S) {
    let (first, left, right, last) = (events(2), events(3), events(1), events(2));
    add(store, &stream("one"), first.clone()).await;
    let parts = vec![
        part(&stream("left"), ExpectedVersion::Any, left.clone()),
        part(&stream("right"), ExpectedVersion::Any, right.clone()),
    ];
    try_parts(store, parts).await.expect("it is accepted");
    let _refused = try_append(store, &stream("one"), ExpectedVersion::NoStream, events(1)).await;
    let appended = add(store, &stream("one"), last.clone()).await;

    let log = log_up_to(store, &appended).await;

    let rises = log.is_sorted_by(|one, next| one.position < next.position);
    assert!(rises, "positions rise along the log");
    let mut logged = recorded_ids(&log);
    logged.sort_unstable();
    let mut stored = ids(&[first, left, right, last].concat());
    stored.sort_unstable();
    assert_eq!(logged, stored, "each stored event is in the log once");
}

/// An event is the same, from whichever side it is read.
pub async fn the_log_holds_events_as_their_streams_do<S: EventStore>(store: &S) {
    add(store, &stream("one"), events(2)).await;
    add(store, &stream("other"), events(2)).await;
    let last = add(store, &stream("one"), events(1)).await;

    let log = log_up_to(store, &last).await;

    for key in ["one", "other"] {
        let mut of_stream = log.clone();
        of_stream.retain(|event| event.stream == stream(key));
        let stored = read(store, &stream(key)).await;
        assert_eq!(of_stream, stored, "the log has `{key}` as it is");
    }
}

/// A reader goes from page to page while others append. Where a page is not full it goes on after
/// `safe`, so an event that came late at or below `safe` would be lost to it.
pub async fn a_follower_loses_nothing_while_writers_append<S: EventStore>(store: &S) {
    let mut writers = append_from_many_tasks(store);
    let follow = async {
        let mut follower = Follower::default();
        let mut written: Vec<EventId> = Vec::new();
        let mut last = Position::START;
        while let Some(done) = writers.join_next().await {
            let (new, position) = done.expect("a writer does not panic");
            written.extend(new);
            last = last.max(position);
            follower.read_page(store).await;
        }
        while follower.checkpoint < last {
            follower.read_page(store).await;
        }
        (follower, written)
    };
    let (follower, written) = timeout(Duration::from_secs(60), follow)
        .await
        .expect("a follower comes to the end of what is acknowledged");

    let lost = written.iter().filter(|id| !follower.seen.contains_key(id));
    assert_eq!(lost.count(), 0, "a follower loses no event");
    let repeated = follower.seen.values().filter(|times| **times > 1).count();
    assert_eq!(repeated, 0, "a follower sees no event twice");
    assert_eq!(follower.seen.len(), written.len(), "and none besides");
}

/// The `safe` position stays or rises from call to call while others append; in both directions no
/// event is beyond it, and the events rise.
pub async fn safe_never_goes_back_and_nothing_is_beyond_it<S: EventStore>(store: &S) {
    let mut writers = append_from_many_tasks(store);
    let mut safe = Position::START;
    let mut pages = 0;
    while let Some(done) = writers.join_next().await {
        done.expect("a writer does not panic");
        for cursor in [Cursor::START, Cursor::<Position>::END] {
            let page = store.log_page(cursor, 10).await;
            let page = page.expect("the log can be read");
            assert!(page.safe >= safe, "`safe` goes back: {safe}, {}", page.safe);
            let beyond = page.events.iter().any(|event| event.position > page.safe);
            assert!(!beyond, "no event is beyond `safe`");
            safe = page.safe;
            pages += 1;
        }
    }
    assert!(pages > 0, "pages were read");
}

/// Appends in tasks of their own, each answering with its events and their highest position.
fn append_from_many_tasks<S: EventStore>(store: &S) -> JoinSet<(Vec<EventId>, Position)> {
    let mut writers = JoinSet::new();
    for writer in 0..120_usize {
        let store = store.clone();
        writers.spawn(async move {
            let (one, other) = (events(1 + writer % 3), events(writer % 2));
            let new = ids(&[one.clone(), other.clone()].concat());
            let parts = vec![
                part(&stream(&format!("s{}", writer % 5)), ExpectedVersion::Any, one),
                part(&stream("shared"), ExpectedVersion::Any, other),
            ];
            let appended = try_parts(&store, parts).await.expect("it is accepted");
            (new, appended.position().expect("at least one event"))
        });
    }
    writers
}

/// Reads the log from a checkpoint.
#[derive(Default)]
struct Follower {
    checkpoint: Position,
    /// The number of times that each event was seen.
    seen: HashMap<EventId, usize>,
}

impl Follower {
    const PAGE: u32 = 7;

    async fn read_page<S: EventStore>(&mut self, store: &S) {
        let page = store.log_page(Cursor::After(self.checkpoint), Self::PAGE);
        let page = page.await.expect("the log can be read");
        let is_full = page.events.len() == Self::PAGE as usize;
        for event in page.events {
            assert!(event.position > self.checkpoint, "the log rises");
            self.checkpoint = event.position;
            *self.seen.entry(event.id).or_default() += 1;
        }
        if !is_full {
            self.checkpoint = self.checkpoint.max(page.safe);
        }
    }
}
