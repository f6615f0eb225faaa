//! Aggregates each of which breaks one law.
#![allow(clippy::needless_pass_by_value, reason = "apply and decide are given what they take")]

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use es_core::prelude::*;
use es_core::serde::{Deserializer, Serializer};
use es_core::{DecodeError, Decoded, Description, EncodeError, EventName, EventType, Payload};

/// Written as another name than it is read from.
#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(crate = "es_core::serde")]
#[event(name = "noted")]
pub(crate) struct Noted {
    #[serde(default, skip_serializing)]
    pub(crate) text: String,
}

#[derive(Aggregate, Default, Debug, PartialEq)]
#[aggregate(name = "diary", id = String, events(Noted))]
pub(crate) struct Diary {
    notes: usize,
}

impl Apply<Noted> for Diary {
    fn apply(&mut self, _: Noted) {
        self.notes += 1;
    }
}

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(crate = "es_core::serde")]
#[event(name = "deposited")]
pub(crate) struct Deposited {
    pub(crate) cents: i64,
}

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(crate = "es_core::serde")]
#[event(name = "closed")]
pub(crate) struct Closed {}

/// Its sum has no room for its events.
#[derive(Aggregate, Default, Debug, PartialEq)]
#[aggregate(name = "purse", id = String, events(Deposited, Closed))]
pub(crate) struct Purse {
    cents: i64,
}

impl Apply<Deposited> for Purse {
    fn apply(&mut self, event: Deposited) {
        self.cents = self.cents.checked_add(event.cents).expect("the purse is full");
    }
}

impl Apply<Closed> for Purse {
    fn apply(&mut self, _: Closed) {}
}

/// Its snapshots leave out what its events change.
#[derive(Aggregate, Default, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(crate = "es_core::serde")]
#[aggregate(name = "forgetful", id = String, events(Deposited), snapshot(every = 1))]
pub(crate) struct Forgetful {
    #[serde(skip)]
    cents: i64,
}

impl Apply<Deposited> for Forgetful {
    fn apply(&mut self, event: Deposited) {
        self.cents = self.cents.wrapping_add(event.cents);
    }
}

/// What is kept besides the sum is no part of the comparison, and not of the snapshot.
#[derive(Clone, Debug, Default, Serialize, Deserialize, Shape)]
#[serde(crate = "es_core::serde")]
pub(crate) struct Count {
    #[serde(skip)]
    unseen: u32,
}

impl PartialEq for Count {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

#[derive(Aggregate, Default, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(crate = "es_core::serde")]
#[aggregate(name = "treacherous", id = String, events(Deposited), snapshot(every = 1))]
pub(crate) struct Treacherous {
    is_rich: bool,
    count: Count,
}

impl Apply<Deposited> for Treacherous {
    fn apply(&mut self, _: Deposited) {
        self.count.unseen += 1;
        self.is_rich = self.count.unseen >= 3;
    }
}

/// Applies with something beside the event.
#[derive(Aggregate, Default, Debug, PartialEq)]
#[aggregate(name = "ticker", id = String, events(Closed))]
pub(crate) struct Ticker {
    at: Instant,
}

/// Prints alike however late it is, so that the report is the same each time.
#[derive(Default, PartialEq)]
pub(crate) struct Instant(u64);

impl std::fmt::Debug for Instant {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Instant(…)")
    }
}

impl Apply<Closed> for Ticker {
    fn apply(&mut self, _: Closed) {
        static CLOCK: AtomicU64 = AtomicU64::new(0);
        self.at = Instant(CLOCK.fetch_add(1, Ordering::Relaxed));
    }
}

#[derive(Command, Clone)]
#[command(aggregate = Purse, any)]
pub(crate) struct Roll {
    #[command(id)]
    pub(crate) purse: String,
}

/// Decides with something beside the command.
impl Decide<Roll> for Purse {
    type Events = Deposited;

    fn decide(&self, _: Roll) -> Result<Deposited, NoRejection> {
        static DICE: AtomicI64 = AtomicI64::new(0);
        Ok(Deposited { cents: DICE.fetch_add(1, Ordering::Relaxed) % 2 })
    }
}

#[derive(Command, Clone)]
#[command(aggregate = Purse)]
pub(crate) struct Double {
    #[command(id)]
    pub(crate) purse: String,
    pub(crate) cents: i64,
}

/// Does sums with what a command brings.
impl Decide<Double> for Purse {
    type Events = Deposited;

    fn decide(&self, command: Double) -> Result<Deposited, NoRejection> {
        let cents = command.cents.checked_mul(2).expect("twice as much is too much");
        Ok(Deposited { cents })
    }
}

/// A set whose reading forgot an event.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum HalfRead {
    Deposited(Deposited),
    Closed(Closed),
}

impl Describe for HalfRead {
    fn describe(&self) -> Description {
        match self {
            Self::Deposited(event) => event.describe(),
            Self::Closed(event) => event.describe(),
        }
    }
}

impl EventSet for HalfRead {
    const EVENTS: &'static [EventType] = &[EventType::of::<Deposited>(), EventType::of::<Closed>()];

    fn name(&self) -> EventName {
        match self {
            Self::Deposited(_) => EventName::of::<Deposited>(),
            Self::Closed(_) => EventName::of::<Closed>(),
        }
    }

    fn version(&self) -> SchemaVersion {
        SchemaVersion(1)
    }

    fn encode(&self) -> Result<Payload, EncodeError> {
        match self {
            Self::Deposited(event) => event.encode(),
            Self::Closed(event) => event.encode(),
        }
    }

    fn decode(
        name: &str,
        version: SchemaVersion,
        payload: &Payload,
    ) -> Result<Decoded<Self>, DecodeError> {
        match name {
            "deposited" => Ok(Decoded::one(Self::Deposited(Event::decode(version, payload)?))),
            _ => Err(DecodeError::unknown_event(name)),
        }
    }
}

impl es_core::Takes<Closed> for HalfRead {
    fn take(from: Closed, events: &mut Vec<Self>) {
        events.push(Self::Closed(from));
    }
}

#[derive(Aggregate, Default, Debug, PartialEq)]
#[aggregate(name = "half", id = String, event = HalfRead)]
pub(crate) struct Half {}

impl Apply<HalfRead> for Half {
    fn apply(&mut self, _: HalfRead) {}
}

#[derive(Command, Clone)]
#[command(aggregate = Half, any)]
pub(crate) struct Close {
    #[command(id)]
    pub(crate) half: String,
}

impl Decide<Close> for Half {
    type Events = Closed;

    fn decide(&self, _: Close) -> Result<Closed, NoRejection> {
        Ok(Closed {})
    }
}

/// Takes nothing but what begins with a capital letter.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Name(String);

impl Serialize for Name {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        if text.contains("Ada") {
            return Ok(Self(text));
        }
        Err(serde::de::Error::custom("a name contains Ada"))
    }
}

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(crate = "es_core::serde")]
#[event(name = "named")]
pub(crate) struct Named {
    pub(crate) name: Name,
}

impl Named {
    pub(crate) fn ada() -> Self {
        Self { name: Name("Ada".to_owned()) }
    }
}

#[derive(Aggregate, Default, Debug, PartialEq)]
#[aggregate(name = "person", id = String, events(Named))]
pub(crate) struct Person {}

impl Apply<Named> for Person {
    fn apply(&mut self, _: Named) {}
}
