//! What a decision may cause, in every form, and where it is stored.

use std::convert::Infallible;

use es_core::prelude::*;
use es_core::{TaggedEvent, TaggedEvents};

use super::courses::{CourseDefined, Seats, Subscribed, defined, subscribed};
use super::store::Watched;

/// Decides what it is told to.
struct Cause<E>(fn() -> E);

impl<E: TaggedEvents + 'static> Decision for Cause<E> {
    type Model = Seats;
    type Events = E;
    type Error = Infallible;

    fn model(&self) -> Seats {
        Seats::new("c1")
    }

    fn decide(&self, _: &Seats) -> Result<E, Infallible> {
        Ok((self.0)())
    }
}

/// The streams and versions of what was caused, in the order of the decision.
async fn places<E: TaggedEvents + 'static>(events: fn() -> E) -> Vec<String> {
    let store = Watched::default();
    let done = Decisions::new(store.clone()).execute(Cause(events)).await.unwrap();
    assert_eq!(store.appends(), usize::from(!done.events.is_empty()), "one append or none");
    let place = |event: &es_core::RecordedEvent| {
        format!("{} {} {}", event.event.name, event.stream, event.version)
    };
    done.events.iter().map(place).collect()
}

#[tokio::test]
async fn one_event_lives_with_its_home() {
    assert_eq!(places(|| subscribed("c1", "s1")).await, ["subscribed course/c1 1"]);
}

#[tokio::test]
async fn a_tuple_of_events_of_several_streams_is_one_append() {
    type Tuple = (CourseDefined, Subscribed, CourseDefined, Subscribed);
    let events = || -> Tuple {
        (defined("c1", 1), subscribed("c2", "s"), defined("c3", 1), subscribed("c1", "s"))
    };

    assert_eq!(
        places(events).await,
        [
            "course-defined course/c1 1",
            "subscribed course/c2 1",
            "course-defined course/c3 1",
            "subscribed course/c1 2",
        ]
    );
}

#[tokio::test]
async fn an_option_a_list_and_an_array_may_hold_events() {
    assert_eq!(places(|| Some(defined("c1", 1))).await.len(), 1);
    assert_eq!(places(|| None::<CourseDefined>).await.len(), 0);
    assert_eq!(places(|| vec![defined("c1", 1), defined("c2", 1)]).await.len(), 2);
    assert_eq!(places(|| [subscribed("c1", "a"), subscribed("c1", "b")]).await.len(), 2);
    assert_eq!(places(|| (Some(defined("c1", 1)), vec![subscribed("c1", "a")])).await.len(), 2);
    assert_eq!(places(|| ()).await.len(), 0);
}

#[tokio::test]
async fn a_list_may_hold_events_of_several_types() {
    let events =
        || -> Vec<TaggedEvent> { vec![defined("c1", 1).into(), subscribed("c1", "s1").into()] };

    assert_eq!(places(events).await, ["course-defined course/c1 1", "subscribed course/c1 2"]);
}

#[tokio::test]
async fn the_model_that_is_answered_has_the_events_of_the_decision() {
    let store = Watched::with((defined("c1", 5), subscribed("c1", "s1"))).await;

    let events = || (subscribed("c1", "s2"), subscribed("c2", "s2"), defined("c1", 9));
    let done = Decisions::new(store).execute(Cause(events)).await.unwrap();

    assert_eq!((done.model.taken, done.model.capacity), (2, 9));
}

#[tokio::test]
async fn the_answer_says_where_the_events_stand() {
    let store = Watched::with(defined("c2", 5)).await;

    let events = || (subscribed("c1", "s1"), subscribed("c2", "s1"), subscribed("c1", "s2"));
    let done = Decisions::new(store.clone()).execute(Cause(events)).await.unwrap();

    let mut answered = done.events.clone();
    answered.sort_by_key(|event| event.position);
    assert_eq!(answered, store.log().await[1..]);
    assert_eq!(done.position(), Some(Position(4)));
}

#[test]
fn an_event_prints_as_itself() {
    let event = TaggedEvent::from(defined("c1", 1));

    assert_eq!(format!("{event:?}"), r#"CourseDefined { course: "c1", capacity: 1 }"#);
    assert_eq!(event, TaggedEvent::from(defined("c1", 1)));
    assert_ne!(event, TaggedEvent::from(defined("c1", 2)));
    assert_ne!(event, TaggedEvent::from(subscribed("c1", "1")));
}
