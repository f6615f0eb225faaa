//! Start of a decision scenario: the events that have happened.

use std::fmt::Debug;

use es_core::{
    Append, Category, Decision, EncodeError, EventStore, ExpectedVersion, MemoryStore, Metadata,
    NewEvent, StreamId, StreamKey, TaggedEvent, TaggedEvents,
};
use futures_util::FutureExt;

use super::when::{Story, When};
use crate::scenario::{Unasserted, chain, expect_lossless};

/// Starts a scenario with these events, in this order: `()`, an event, a tuple, an array or a
/// `Vec`.
///
/// Each event is found by its tags, and stands in the stream of the first.
///
/// # Panics
///
/// If a store would not take an event or would not give it back as it is.
#[track_caller]
pub fn given(events: impl TaggedEvents) -> Given {
    let events = events.into_tagged();
    expect_lossless("given", &events);
    let store = MemoryStore::new();
    for event in &events {
        put(&store, storable(event));
    }
    Given { unasserted: Unasserted::here(), events, store }
}

/// A scenario of a decision that knows its past.
///
/// Dropped as it is, it panics: a scenario that asserts nothing proves nothing.
#[derive(Debug)]
#[must_use = "a scenario asserts nothing before its `then`"]
pub struct Given {
    unasserted: Unasserted,
    events: Vec<TaggedEvent>,
    store: MemoryStore,
}

impl Given {
    /// The decision to take on that past.
    ///
    /// # Panics
    ///
    /// If its models cannot be read, or a store would not take, or give back, an event that was
    /// decided: all are errors in any store.
    #[track_caller]
    #[expect(
        clippy::needless_pass_by_value,
        reason = "a decision is taken once, and written where it is taken"
    )]
    pub fn when<D: Decision + Debug>(self, decision: D) -> When<D> {
        let reading = es_core::__private::model_of(&self.store, &decision);
        let model = match at_once(reading) {
            Ok(model) => model,
            Err(error) => panic!("`{decision:?}` cannot be decided: {}", chain(&error)),
        };
        let answer = decision.decide(&model).map(TaggedEvents::into_tagged);
        if let Ok(events) = &answer {
            expect_lossless("decided", events);
            for event in events {
                storable(event);
            }
        }
        When {
            unasserted: self.unasserted,
            story: Story { given: self.events, model, decision: format!("{decision:?}"), answer },
        }
    }
}

/// A store in memory keeps nobody waiting.
fn at_once<T>(answer: impl Future<Output = T>) -> T {
    answer.now_or_never().expect("a store in memory answers at once")
}

/// The event as a store takes it.
#[track_caller]
fn storable(event: &TaggedEvent) -> NewEvent {
    let refuse =
        |error: EncodeError| -> ! { panic!("{event:?} cannot be stored: {}", chain(&error)) };
    let new = event.to_new(Metadata::default()).unwrap_or_else(|error| refuse(error));
    assert!(!new.tags.is_empty(), "{event:?} cannot be stored: it has no tag");
    new
}

fn put(store: &MemoryStore, new: NewEvent) {
    let first = &new.tags[0];
    let category = Category::new(first.name()).expect("the name of a tag is a category");
    let key = StreamKey::new(first.value()).expect("the value of a tag is a key");
    let stream = StreamId::new(category, key);
    let append = Append::to(stream, ExpectedVersion::Any, vec![new]).expect("one event");
    at_once(store.append(append)).expect("a fresh event is taken");
}
