//! Events of a set, in place of bytes.

use std::convert::Infallible;
use std::time::Duration;

use es_core::prelude::*;
use es_core::{
    Actor, EventName, Payload, RawEvent, Reason, Recorded, Rewrite, Selection, Start,
    SubscriptionError, Superseded, Transform, TransformStore, TypedSubscription,
};
use futures_util::StreamExt;
use tokio::time::timeout;

use super::support::{add, event, stream};

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(crate = "es_core::serde")]
#[event(name = "moved")]
struct Moved {
    to: String,
}

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(crate = "es_core::serde")]
#[event(name = "noted")]
struct Noted {
    text: String,
}

/// Split into the two.
#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(crate = "es_core::serde")]
#[event(name = "changed")]
struct Changed {
    to: String,
    text: String,
}

#[derive(EventSet, Clone, Debug, PartialEq)]
#[event_set(superseded(Changed))]
enum Changes {
    Moved(Moved),
    Noted(Noted),
}

impl Superseded for Changed {
    type By = (Moved, Noted);
    type Error = Infallible;

    fn superseded(self) -> Result<Self::By, Infallible> {
        Ok((Moved { to: self.to }, Noted { text: self.text }))
    }
}

fn new(name: &str, json: &str) -> NewEvent {
    let name = EventName::new(name).unwrap();
    let raw = RawEvent::new(name, SchemaVersion(1), Payload::parse(json.to_owned()).unwrap());
    NewEvent::new(raw, Metadata::default())
}

fn moved(to: &str) -> NewEvent {
    NewEvent::of(&Changes::from(Moved { to: to.to_owned() }), Metadata::default()).unwrap()
}

async fn next(
    events: &mut TypedSubscription<MemoryStore, Changes>,
) -> Result<Recorded<Changes>, SubscriptionError> {
    let next = timeout(Duration::from_secs(60), events.next()).await;
    next.expect("an item comes").expect("it does not end")
}

fn place(events: &TypedSubscription<MemoryStore, Changes>) -> u64 {
    events.checkpoint().unwrap().position.0
}

#[tokio::test(start_paused = true)]
async fn events_beyond_the_set_are_not_asked_for() {
    let store = MemoryStore::new();
    add(&store, "customer/a", vec![event("counted"), moved("here"), event("counted")]).await;
    let mut events = store.subscribe(Selection::log(), Start::Beginning).typed::<Changes>();

    let first = next(&mut events).await.unwrap();

    assert_eq!(first.position, Position(2));
    assert_eq!(first.event, Changes::Moved(Moved { to: "here".to_owned() }));
}

#[tokio::test(start_paused = true)]
async fn an_old_event_comes_as_what_it_has_become() {
    let store = MemoryStore::new();
    let changed = new("changed", r#"{"to":"here","text":"rings twice"}"#);
    add(&store, "customer/a", vec![moved("there"), changed]).await;
    let mut events = store.subscribe(Selection::log(), Start::Beginning).typed::<Changes>();

    next(&mut events).await.unwrap();
    let one = next(&mut events).await.unwrap();
    assert_eq!(place(&events), 1, "half of an event is not the event");
    let other = next(&mut events).await.unwrap();

    assert!(matches!(one.event, Changes::Moved(_)));
    assert!(matches!(other.event, Changes::Noted(_)));
    assert_eq!((one.position, other.position), (Position(2), Position(2)));
    assert_eq!(place(&events), 2);
}

#[tokio::test(start_paused = true)]
async fn behind_an_unreadable_event_it_goes_on_for_who_polls_again() {
    let store = MemoryStore::new();
    let damaged = new("moved", r#"{"whither":"here"}"#);
    add(&store, "customer/a", vec![moved("there"), damaged, moved("here")]).await;
    let mut events = store.subscribe(Selection::log(), Start::Beginning).typed::<Changes>();

    next(&mut events).await.unwrap();
    let unreadable = next(&mut events).await;
    assert!(matches!(unreadable, Err(SubscriptionError::Unreadable(_))), "{unreadable:?}");
    assert_eq!(place(&events), 1, "who stops here finds it again");
    let third = next(&mut events).await.unwrap();

    assert_eq!(third.position, Position(3));
    assert_eq!(place(&events), 3);
}

#[tokio::test(start_paused = true)]
async fn the_copies_of_a_stream_come_and_its_record_is_passed_by() {
    let store = MemoryStore::new();
    add(&store, "customer/a", vec![moved("there")]).await;
    let mut events = store.subscribe(Selection::log(), Start::Beginning).typed::<Changes>();
    assert_eq!(next(&mut events).await.unwrap().position, Position(1));

    let why = (Actor::new("mia").unwrap(), Reason::new("as a test").unwrap());
    let transform = Transform::new(stream("customer/a"), why.0, why.1);
    store.transform(transform, |_| Ok::<_, Infallible>(Rewrite::Keep)).await.unwrap();

    assert_eq!(next(&mut events).await.unwrap().position, Position(3));
}

/// What the untyped one has handed out is not handed out again.
#[tokio::test(start_paused = true)]
async fn a_subscription_that_has_begun_goes_on_typed() {
    let store = MemoryStore::new();
    add(&store, "customer/a", vec![moved("there"), moved("here")]).await;
    let mut events = store.subscribe(Selection::log(), Start::Beginning);
    events.next().await.unwrap().unwrap();

    let mut events = events.typed::<Changes>();

    assert_eq!(next(&mut events).await.unwrap().position, Position(2));
}

#[tokio::test(start_paused = true)]
async fn who_stops_between_two_parts_goes_on_with_the_next() {
    let store = MemoryStore::new();
    let changed = || new("changed", r#"{"to":"here","text":"rings twice"}"#);
    add(&store, "customer/a", vec![moved("there"), changed(), changed()]).await;
    let subscribe = |start| store.subscribe(Selection::log(), start).typed::<Changes>();
    let mut events = subscribe(Start::Beginning);
    next(&mut events).await.unwrap();
    let one = next(&mut events).await.unwrap();
    let kept = serde_json::to_string(&events.checkpoint().unwrap()).unwrap();

    let mut events = subscribe(Start::From(serde_json::from_str(&kept).unwrap()));
    // A second stop, before anything came.
    let checkpoint = events.begin().await.unwrap();
    let mut events = subscribe(Start::From(checkpoint));
    let other = next(&mut events).await.unwrap();
    let third = next(&mut events).await.unwrap();

    assert_eq!((one.position, one.part), (Position(2), 0));
    assert_eq!((other.position, other.part), (Position(2), 1));
    assert!(matches!(other.event, Changes::Noted(_)), "{other:?}");
    assert_eq!((third.position, third.part), (Position(3), 0));
}
