//! The schemas of events and the history of a set: what the derives write, and what there is without.
#![allow(dead_code, reason = "shapes of types are looked at, not values")]

use es_core::prelude::*;
use es_core::shape::Form;
use es_core::{Decoded, EventHistory, EventType, Payload};

fn written<E: Event>() -> String {
    let schemas = E::schemas();
    let [(version, schema)] = schemas.as_slice() else {
        panic!("one version, and not {schemas:?}");
    };
    assert_eq!(*version, E::VERSION);
    schema.to_string().replace("it::event_schemas::", "")
}

/// A type with a shape.
#[derive(Shape, Serialize, Deserialize, Clone, Debug, PartialEq)]
struct Cents(i64);

/// A type without one.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Owner(String);

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "account-opened")]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Opened {
    first_owner: Owner,
    limit: Option<Cents>,
    #[serde(default)]
    owners: Vec<Option<Box<Owner>>>,
    by_place: std::collections::BTreeMap<u8, Owner>,
    #[serde(alias = "remark")]
    note: String,
    #[serde(default, with = "by_hand")]
    at: Option<Owner>,
    #[serde(flatten)]
    address: Address,
    #[serde(skip)]
    seen: bool,
}

#[derive(Shape, Serialize, Deserialize, Clone, Debug, PartialEq)]
struct Address {
    city: String,
}

mod by_hand {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use super::Owner;

    pub(super) fn serialize<T: Serialize, S: Serializer>(of: &T, s: S) -> Result<S::Ok, S::Error> {
        of.serialize(s)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<Option<Owner>, D::Error> {
        Option::deserialize(d)
    }
}

#[test]
fn a_type_without_a_shape_is_opaque_in_an_event_also_within_what_can_be_looked_into() {
    assert_eq!(
        written::<Opened>(),
        "Opened\n\
         Cents = (i64)\n\
         Opened = #[deny_unknown_fields] {\
         firstOwner: opaque Owner, \
         limit?: Option<Cents>, \
         owners?: List<Option<opaque Owner>>, \
         byPlace: opaque std::collections::BTreeMap<u8,Owner>, \
         #[alias=\"remark\"] note: String, \
         #[with=\"by_hand\"] at?: opaque Option<Owner>, \
         city: String}"
    );
}

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "money-moved")]
struct Moved(Cents, Option<Owner>);

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "owner-changed")]
struct Changed(Owner);

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "account-closed")]
struct Closed;

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "money-paid")]
#[serde(transparent)]
struct Paid {
    cents: Cents,
}

#[test]
fn an_event_may_be_a_tuple_or_nothing() {
    assert_eq!(written::<Moved>(), "Moved\nCents = (i64)\nMoved = (Cents, Option<opaque Owner>)");
    assert_eq!(written::<Changed>(), "Changed\nChanged = (opaque Owner)");
    assert_eq!(written::<Closed>(), "Closed\nClosed = null");
    assert_eq!(written::<Paid>(), "Paid\nCents = (i64)\nPaid = (Cents)");
}

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "put")]
struct Put<T> {
    value: Vec<T>,
    count: u8,
}

#[test]
fn what_a_parameter_stands_for_is_in_the_path_of_the_event() {
    assert_eq!(written::<Put<u8>>(), "Put<u8>\nPut<u8> = {value: List<opaque T>, count: u8}");
}

/// What is called as a type of the standard library is not taken for it.
mod own {
    use super::*;

    #[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
    pub(super) struct Option<T>(T);

    #[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
    #[event(name = "asked")]
    pub(super) struct Asked {
        perhaps: Option<Owner>,
    }
}

#[test]
fn a_type_that_is_only_called_option_is_opaque() {
    assert_eq!(written::<own::Asked>(), "own::Asked\nown::Asked = {perhaps: opaque Option<Owner>}");
}

#[derive(EventSet)]
enum Activity<
    T: Serialize
        + serde::de::DeserializeOwned
        + Clone
        + std::fmt::Debug
        + PartialEq
        + Send
        + Sync
        + 'static,
> {
    Moved(Moved),
    Put(Put<T>),
}

#[test]
fn the_history_of_a_set_has_each_event_with_its_schemas() {
    assert_eq!(
        Activity::<u8>::history(),
        [
            EventHistory::new("money-moved", Moved::schemas()),
            EventHistory::new("put", Put::<u8>::schemas()),
        ]
    );
}

/// An event and a set by hand.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
struct ByHand;

impl Describe for ByHand {
    fn describe(&self) -> es_core::Description {
        es_core::Description::new("ByHand", es_core::FieldStyle::Unit)
    }
}

impl Event for ByHand {
    const NAME: &'static str = "by-hand";
    const VERSION: SchemaVersion = SchemaVersion(2);
}

impl EventSet for ByHand {
    const EVENTS: &'static [EventType] = &[EventType::of::<Self>()];

    fn name(&self) -> es_core::EventName {
        es_core::EventName::of::<Self>()
    }

    fn version(&self) -> SchemaVersion {
        <Self as Event>::VERSION
    }

    fn encode(&self) -> Result<Payload, es_core::EncodeError> {
        Event::encode(self)
    }

    fn decode(
        _: &str,
        version: SchemaVersion,
        payload: &Payload,
    ) -> Result<Decoded<Self>, es_core::DecodeError> {
        <Self as Event>::decode(version, payload).map(Decoded::one)
    }
}

#[test]
fn without_the_derives_there_are_names_and_versions_and_no_forms() {
    assert_eq!(written::<ByHand>(), "opaque ByHand");
    let history = ByHand::history();
    let [event] = history.as_slice() else {
        panic!("one event");
    };
    assert_eq!((event.name, event.versions.len()), ("by-hand", 1));
    assert_eq!(event.versions[0].0, SchemaVersion(2));
    assert!(matches!(event.versions[0].1.form, Form::Opaque(_)));
}

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "money-deposited", version = 3, removed(note: String, in = 2))]
#[serde(rename_all = "camelCase")]
struct Deposited {
    #[event(renamed(from = "amount", in = 3), changed(from = i32, in = 3, with = Cents::of))]
    paid_cents: Cents,
    #[event(added(in = 2, default))]
    at_branch: Option<String>,
}

impl Cents {
    fn of(cents: i32) -> Self {
        Self(cents.into())
    }
}

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "money-deposited", version = 4, previous = Deposited)]
struct DepositedInCash(Cents);

impl Upcast<Deposited> for DepositedInCash {
    fn upcast(previous: Deposited) -> Self {
        Self(previous.paid_cents)
    }
}

/// What a lock and a catalog are made of.
#[test]
fn every_version_that_can_be_read_has_its_form() {
    let forms: Vec<_> = DepositedInCash::schemas()
        .into_iter()
        .map(|(version, schema)| {
            format!("{version}: {}", schema.to_string().replace("it::event_schemas::", ""))
        })
        .collect();

    assert_eq!(
        forms,
        [
            "1: Deposited\nDeposited = {amount: i32, note: String}",
            "2: Deposited\nDeposited = {amount: i32, atBranch?: Option<String>}",
            "3: Deposited\nCents = (i64)\n\
             Deposited = {paidCents: Cents, atBranch?: Option<String>}",
            "4: DepositedInCash\nCents = (i64)\nDepositedInCash = (Cents)",
        ]
    );
}
