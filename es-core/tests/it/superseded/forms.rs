//! What a set says of the events that it reads and nobody writes.

use es_core::prelude::*;
use es_core::{DecodeError, Decoded, EventType, Payload};

use super::customer::*;

fn decode<S: EventSet>(name: &str, version: u32, json: &str) -> Result<Decoded<S>, DecodeError> {
    S::decode(name, SchemaVersion(version), &Payload::parse(json).unwrap())
}

#[test]
fn superseded_events_are_read_and_are_not_among_the_events() {
    assert_eq!(
        CustomerEvent::SUPERSEDED,
        [
            EventType::of::<Changed>(),
            EventType::of::<Pinged>(),
            EventType::of::<PhoneSet>(),
            EventType::of::<EmailSet>(),
        ],
    );
    assert_eq!(CustomerEvent::EVENTS.len(), 3);
    assert!(CustomerEvent::contains("customer-changed"));
    assert!(!CustomerEvent::contains("customer-left"));
}

#[test]
fn a_version_that_nobody_reads_is_unknown() {
    let error = decode::<CustomerEvent>("customer-changed", 2, "{}").unwrap_err();

    assert!(matches!(error, DecodeError::UnknownVersion { .. }), "{error}");
}

/// An enum by hand, that reads one old event as another set does, and one otherwise than it.
#[derive(EventSet, Clone, Debug, PartialEq)]
#[event_set(superseded(PhoneSet, Pinged))]
enum Contacts {
    Set(ContactSet),
    Moved(Moved),
}

#[test]
fn an_enum_by_hand_reads_superseded_events() {
    let read = decode::<Contacts>("phone-set", 1, r#"{"number":"555"}"#).unwrap();

    let set = ContactSet { means: "phone".into(), value: "555".into() };
    assert_eq!(read.as_slice(), [Contacts::Set(set)]);
    assert!(decode::<Contacts>("customer-pinged", 1, "{}").unwrap().as_slice().is_empty());
}

#[test]
fn what_another_set_reads_is_unknown_here() {
    let error = decode::<Contacts>("email-set", 1, r#"{"email":"a"}"#).unwrap_err();

    assert!(matches!(error, DecodeError::UnknownEvent { .. }), "{error}");
}

/// As many as it holds.
#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(crate = "es_core::serde")]
#[event(name = "several-put")]
struct SeveralPut<T>(Vec<T>);

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(crate = "es_core::serde")]
#[event(name = "put")]
struct Put<T>(T);

impl<T: Value> Superseded for SeveralPut<T> {
    type By = Vec<Put<T>>;
    type Error = std::convert::Infallible;

    fn superseded(self) -> Result<Self::By, Self::Error> {
        Ok(self.0.into_iter().map(Put).collect())
    }
}

trait Value:
    Serialize
    + serde::de::DeserializeOwned
    + Clone
    + std::fmt::Debug
    + PartialEq
    + Default
    + Send
    + Sync
    + 'static
{
}
impl Value for u8 {}

#[derive(Aggregate, Default)]
#[aggregate(name = "shelf", id = String, events(Put<T>), superseded(SeveralPut<T>))]
struct Shelf<T>
where
    T: Value,
{
    all: Vec<T>,
}

impl<T: Value> Apply<Put<T>> for Shelf<T> {
    fn apply(&mut self, event: Put<T>) {
        self.all.push(event.0);
    }
}

#[test]
fn a_generic_event_may_become_as_many_as_it_holds() {
    let mut shelf = Shelf::<u8>::default();

    for event in decode::<ShelfEvent<u8>>("several-put", 1, "[3,1,2]").unwrap() {
        shelf.evolve(event);
    }

    assert_eq!(shelf.all, [3, 1, 2]);
}
