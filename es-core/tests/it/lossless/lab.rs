//! A laboratory that writes down whatever it is given, by every way into a log.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::convert::Infallible;

use es_core::prelude::*;
use es_core::{Description, EncodeError, EventName, FieldStyle, Payload, Tag, Tagged};
use serde::{Deserializer, Serializer};

/// An event with the tag `lab`.
macro_rules! events {
    ($($(#[$event:meta])* $name:ident $stored:literal { $($(#[$field:meta])* $key:ident: $type:ty),* })*) => {$(
        #[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
        #[event(name = $stored)]
        $(#[$event])*
        pub(crate) struct $name {
            #[event(tag)]
            pub(crate) lab: String,
            $($(#[$field])* pub(crate) $key: $type),*
        }
    )*};
}

pub(crate) use events;

events! {
    Measured "measured" { value: f64 }
    Single "single" { value: f32 }
    Guessed "guessed" { value: Option<f64> }
    Planned "planned" { day: Option<Option<u32>> }
    Counted "counted" { #[serde(flatten)] totals: Totals }
    Billed "billed" { amount: Amount }
    Listed "listed" { #[serde(skip_serializing_if = "Vec::is_empty")] names: Vec<String> }
    Paid "paid" { method: Method }
    Grown "grown" { tree: Tree }
    Kept "kept" { #[serde(skip)] secret: u32 }
    Rounded "rounded" { #[serde(with = "whole")] price: f64 }
    Ordered "ordered" { lines: Vec<Line> }
    Priced "priced" { prices: BTreeMap<String, f64> }
    Doubled "doubled" { name: u32, #[serde(flatten)] other: Other }
    #[serde(rename_all = "camelCase")]
    Cased "cased" { unit_price: f64 }
    Formed "formed" { #[serde(with = "as_text")] value: f64 }
    #[event(unchecked)]
    Trusted "trusted" { value: Option<f64> }
    Everything "everything" {
        big: u128,
        small: i128,
        letter: char,
        bytes: Vec<u8>,
        zero: f64,
        third: f32,
        by_number: HashMap<u32, Option<String>>,
        words: HashSet<String>,
        lasting: std::time::Duration,
        pair: (u8, Result<bool, String>)
    }
}

#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
pub(crate) struct Totals {
    pub(crate) sum: u128,
}

#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
pub(crate) struct Other {
    pub(crate) name: u32,
}

#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(tag = "kind")]
pub(crate) enum Amount {
    Large { units: u128 },
}

#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(untagged)]
pub(crate) enum Method {
    Card { number: String },
    Transfer { number: String },
}

#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
pub(crate) struct Tree(pub(crate) Vec<Tree>);

impl Tree {
    pub(crate) fn of_depth(depth: usize) -> Self {
        (1..depth).fold(Self(Vec::new()), |inner, _| Self(vec![inner]))
    }
}

#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
pub(crate) struct Line {
    pub(crate) price: f64,
}

mod whole {
    use super::*;

    #[expect(clippy::cast_possible_truncation, reason = "that is what is lost")]
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands it over so")]
    pub(super) fn serialize<S: Serializer>(value: &f64, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_i64(*value as i64)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<f64, D::Error> {
        f64::deserialize(from)
    }
}

/// A form in which NaN comes back.
mod as_text {
    use serde::de::Error;

    use super::*;

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands it over so")]
    pub(super) fn serialize<S: Serializer>(value: &f64, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(value)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<f64, D::Error> {
        String::deserialize(from)?.parse().map_err(D::Error::custom)
    }
}

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "wrapped")]
pub(crate) struct Wrapped<T> {
    #[event(tag)]
    pub(crate) lab: String,
    pub(crate) inner: T,
}

/// An event without a derive, whose own form loses the second half.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
pub(crate) struct Halved {
    pub(crate) lab: String,
    pub(crate) whole: i64,
}

impl Event for Halved {
    const NAME: &'static str = "halved";
    const VERSION: SchemaVersion = SchemaVersion(1);
    const TAGS: &'static [&'static str] = &["lab"];

    fn tags(&self) -> Result<Vec<Tag>, es_core::InvalidText> {
        Ok(vec![Tag::new("lab", &self.lab)?])
    }

    fn encode(&self) -> Result<Payload, EncodeError> {
        let half = Self { lab: self.lab.clone(), whole: self.whole / 2 };
        Payload::of(&half).map_err(|error| EncodeError::new(EventName::of::<Self>(), error))
    }
}

impl Tagged for Halved {}

impl Describe for Halved {
    fn describe(&self) -> Description {
        let whole = es_core::Shown::plain(self.whole.to_string());
        Description::new("Halved", FieldStyle::Named).field("whole", whole)
    }
}

#[derive(Aggregate, Default, Clone, Debug)]
#[aggregate(
    name = "lab",
    id = String,
    events(
        Measured, Single, Guessed, Planned, Counted, Billed, Listed, Paid, Grown, Kept, Rounded, Ordered,
        Priced, Doubled, Cased, Formed, Trusted, Everything, Wrapped<f64>, Halved
    )
)]
pub(crate) struct Lab {
    written: u32,
}

macro_rules! counted {
    ($($event:ty)*) => {$(
        impl Apply<$event> for Lab {
            fn apply(&mut self, _: $event) {
                self.written += 1;
            }
        }
    )*};
}

counted! {
    Measured Single Guessed Planned Counted Billed Listed Paid Grown Kept Rounded Ordered Priced Doubled
    Cased Formed Trusted Everything Wrapped<f64> Halved
}

#[derive(Command, Clone, Debug)]
#[command(aggregate = Lab, any)]
pub(crate) struct Write {
    #[command(id)]
    pub(crate) lab: String,
    pub(crate) event: LabEvent,
}

impl Decide<Write> for Lab {
    type Events = LabEvent;

    fn decide(&self, command: Write) -> Result<LabEvent, Self::Error> {
        Ok(command.event)
    }
}

/// Rests on what never happens, and causes the event that it holds.
pub(crate) struct Cause<E>(pub(crate) E);

#[derive(DecisionModel, Clone, Debug)]
#[decision_model(events(Measured))]
pub(crate) struct Nothing {
    #[decision_model(tag)]
    lab: String,
}

impl Apply<Measured> for Nothing {
    fn apply(&mut self, _: Measured) {}
}

impl<E: Event + Tagged> Decision for Cause<E> {
    type Model = Nothing;
    type Events = E;
    type Error = Infallible;

    fn model(&self) -> Nothing {
        Nothing { lab: "one".to_owned() }
    }

    fn decide(&self, _: &Nothing) -> Result<E, Infallible> {
        Ok(self.0.clone())
    }
}
