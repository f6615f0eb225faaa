//! Where a subscription begins.

use std::convert::Infallible;
use std::sync::atomic::Ordering;

use es_core::prelude::*;
use es_core::{
    Actor, Checkpoint, Incarnation, Reason, ResumeError, Rewrite, Selection, Start,
    SubscriptionError, Timestamp, Transform, TransformStore,
};
use futures_util::StreamExt;

use super::support::{Altered, add_many, is_quiet, next, positions, stream};

const HOUR: i64 = 3_600_000_000;

/// The event at position p is recorded p hours after the beginning of time.
fn hours(position: Position, _: Timestamp) -> Timestamp {
    at_hour(i64::try_from(position.0).unwrap())
}

fn at_hour(hour: i64) -> Timestamp {
    Timestamp::from_unix_micros(hour * HOUR)
}

#[tokio::test(start_paused = true)]
async fn it_goes_on_after_a_position() {
    let store = MemoryStore::new();
    add_many(&store, "account/a", 3).await;

    let mut events = store.subscribe(Selection::log(), Start::After(Position(2)));

    assert_eq!(positions(&mut events, 1).await, [3]);
}

#[tokio::test(start_paused = true)]
async fn it_goes_on_from_its_checkpoint() {
    let store = MemoryStore::new();
    add_many(&store, "account/a", 5).await;
    let mut events = store.subscribe(Selection::log(), Start::Beginning);
    positions(&mut events, 3).await;
    let kept = events.checkpoint().unwrap();
    drop(events);

    let mut events = store.subscribe(Selection::log(), Start::From(kept));

    assert_eq!(positions(&mut events, 2).await, [4, 5]);
}

#[tokio::test(start_paused = true)]
async fn a_checkpoint_of_another_log_is_refused() {
    let store = MemoryStore::new();
    let other = Checkpoint::new(Incarnation::generate(), Position::START);
    let mut events = store.subscribe(Selection::log(), Start::From(other));

    let refused = next(&mut events).await;

    assert!(matches!(refused, Err(SubscriptionError::Resume(ResumeError::OtherLog { .. }))));
    assert!(events.next().await.is_none(), "it is over");
}

#[tokio::test(start_paused = true)]
async fn a_place_ahead_of_the_log_is_refused() {
    let store = MemoryStore::new();
    add_many(&store, "account/a", 3).await;
    let mut events = store.subscribe(Selection::log(), Start::After(Position(4)));

    let refused = events.begin().await;

    assert!(matches!(refused, Err(SubscriptionError::Resume(ResumeError::AheadOfLog { .. }))));
    assert!(events.next().await.is_none(), "it is over");
}

#[tokio::test(start_paused = true)]
async fn now_is_when_it_begins() {
    let store = MemoryStore::new();
    add_many(&store, "account/a", 3).await;
    let mut events = store.subscribe(Selection::log(), Start::Now);

    let begun = events.begin().await.unwrap();
    add_many(&store, "account/a", 2).await;

    assert_eq!(begun.position, Position(3));
    assert_eq!(events.begin().await.unwrap(), begun, "it begins once");
    assert_eq!(positions(&mut events, 2).await, [4, 5]);
}

#[tokio::test(start_paused = true)]
async fn it_begins_with_what_was_recorded_at_an_instant() {
    let store = Altered { clock: hours, ..Altered::new() };
    add_many(&store, "account/a", 3000).await;
    let mut events = store.subscribe(Selection::log(), Start::At(at_hour(2500)));

    assert_eq!(positions(&mut events, 501).await, (2500..=3000).collect::<Vec<_>>());
    assert!(is_quiet(&mut events).await);
    let probes = store.probes.load(Ordering::Relaxed);
    assert!(probes < 20, "the log is halved and not read: {probes}");
}

/// Halves of an hour back and forth.
#[tokio::test(start_paused = true)]
async fn a_clock_that_was_set_back_hides_nothing() {
    let clock = |position: Position, _| {
        let minutes = i64::try_from(position.0).unwrap() * HOUR / 60;
        let off = if position.0 % 100 < 50 { HOUR / 2 } else { -HOUR / 2 };
        Timestamp::from_unix_micros(minutes + off)
    };
    let store = Altered { clock, ..Altered::new() };
    add_many(&store, "account/a", 3000).await;
    for at in [at_hour(1), at_hour(7), at_hour(25), at_hour(49)] {
        let is_then = |position: &u64| clock(Position(*position), at) >= at;
        let expected: Vec<_> = (1..=3000).filter(is_then).collect();

        let mut events = store.subscribe(Selection::log(), Start::At(at));

        assert_eq!(positions(&mut events, expected.len()).await, expected);
        assert!(is_quiet(&mut events).await);
    }
}

/// A long run of copies in the middle, older than everything around it.
#[tokio::test(start_paused = true)]
async fn copies_do_not_lead_the_search_astray() {
    let store = Altered {
        clock: |position, at| {
            if (306..=2305).contains(&position.0) { at_hour(0) } else { hours(position, at) }
        },
        ..Altered::new()
    };
    add_many(&store, "account/a", 100).await;
    add_many(&store, "account/b", 200).await;
    for _ in 0..4 {
        add_many(&store, "account/c", 1).await;
    }
    let why = (Actor::new("mia").unwrap(), Reason::new("as a test").unwrap());
    let transform = Transform::new(stream("account/a"), why.0, why.1);
    let twenty = |event: es_core::RecordedEvent| {
        let again = (0..20).map(|_| NewEvent::new(event.event.clone(), Metadata::default()));
        Ok::<_, Infallible>(Rewrite::With(again.collect()))
    };
    store.inner.transform(transform, twenty).await.unwrap();
    add_many(&store, "account/b", 5).await;

    let mut events = store.subscribe(Selection::log(), Start::At(at_hour(250)));

    let first = positions(&mut events, 51).await;
    assert_eq!(first, (250..=300).collect::<Vec<_>>());
}

#[tokio::test(start_paused = true)]
async fn an_instant_to_come_leaves_out_what_comes_before() {
    let store = Altered { clock: hours, ..Altered::new() };
    add_many(&store, "account/a", 3).await;
    let mut events = store.subscribe(Selection::log(), Start::At(at_hour(5)));
    assert!(is_quiet(&mut events).await);

    add_many(&store, "account/a", 3).await;

    assert_eq!(positions(&mut events, 2).await, [5, 6]);
}

#[tokio::test(start_paused = true)]
async fn an_empty_log_is_no_place_to_search() {
    let store = MemoryStore::new();
    let mut events = store.subscribe(Selection::log(), Start::At(at_hour(0)));

    assert_eq!(events.begin().await.unwrap().position, Position::START);
}
