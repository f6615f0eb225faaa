//! Forms that serde offers, each with a value that it keeps or one that it loses.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use es_core::prelude::*;
use serde::{Deserializer, Serializer};

use super::lab::{Totals, events};
use super::ways::*;

events! {
    Nested "nested" { value: Vec<Option<Option<u8>>> }
    Pairs "pairs" { counts: BTreeMap<(u8, u8), u8> }
    Perhaps "perhaps" { counts: BTreeMap<Option<String>, u8> }
    Switches "switches" { counts: BTreeMap<bool, u128> }
    Suits "suits" { counts: BTreeMap<Suit, i128> }
    Alike "alike" { counts: BTreeMap<Folded, u8> }
    Free "free" { #[serde(flatten)] rest: BTreeMap<String, u128> }
    Numbered "numbered" { #[serde(flatten)] rest: BTreeMap<u32, u8> }
    Maybe "maybe" { #[serde(flatten)] inner: Option<Inner> }
    #[serde(deny_unknown_fields)]
    Strict "strict" { #[serde(flatten)] inner: Inner }
    Seven "seven" { #[serde(default = "seven", skip_serializing_if = "is_zero")] value: u8 }
    Borrowed "borrowed" { text: Cow<'static, str>, boxed: Box<[Option<u128>]> }
    Floats "floats" { #[serde(flatten)] floats: Floating }
    Inside "inside" { value: Internal }
    Beside "beside" { value: Adjacent }
    Bare "bare" { value: Untagged }
    Either "either" { value: Number }
    Touched "touched" { value: Option<()> }
    Trimmed "trimmed" { #[serde(with = "trimmed")] name: String }
    Seconds "seconds" { #[serde(with = "seconds")] at: i64 }
    Bytes "bytes" { #[serde(with = "bytes")] value: Vec<u8> }
    Early "early" { lines: Vec<SystemTime> }
    Both "both" { own: u128, #[serde(flatten)] totals: Totals }
    Wide "wide" { values: BTreeSet<Wide128> }
}

#[derive(Serialize, Deserialize, Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Suit {
    Hearts,
    Spades(u8),
}

/// Two of them are one key.
#[derive(Deserialize, Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Folded(String);

impl Serialize for Folded {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0.to_lowercase())
    }
}

#[derive(Serialize, Deserialize, Clone, Debug, PartialEq, Default)]
pub(crate) struct Inner {
    #[serde(default)]
    day: Option<u8>,
}

#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
pub(crate) struct Floating {
    single: f32,
    double: f64,
    letter: char,
}

#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(tag = "kind")]
pub(crate) enum Internal {
    Plain(u32),
    Nothing,
    Signed { value: i128 },
}

#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(tag = "kind", content = "of")]
#[expect(clippy::option_option, reason = "that is what JSON takes for one")]
pub(crate) enum Adjacent {
    Nothing,
    Unit(()),
    Large(u128),
    Perhaps(Option<Option<u8>>),
}

#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(untagged)]
pub(crate) enum Untagged {
    Open,
    Closed,
}

#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(untagged)]
pub(crate) enum Number {
    Float(f64),
    Whole(i128),
}

#[derive(Serialize, Deserialize, Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[serde(untagged)]
pub(crate) enum Wide128 {
    Text(String),
    Whole(u128),
}

fn seven() -> u8 {
    7
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands it over so")]
fn is_zero(value: &u8) -> bool {
    *value == 0
}

mod trimmed {
    use super::*;

    pub(super) fn serialize<S: Serializer>(value: &str, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(value.trim())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
        String::deserialize(from)
    }
}

/// Microseconds, stored as seconds.
mod seconds {
    use serde::de::Error;

    use super::*;

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands it over so")]
    pub(super) fn serialize<S: Serializer>(value: &i64, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&(value / 1_000_000))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<i64, D::Error> {
        let seconds: i64 = String::deserialize(from)?.parse().map_err(D::Error::custom)?;
        Ok(seconds * 1_000_000)
    }
}

/// Written as bytes, which JSON has not, and read as text.
mod bytes {
    use super::*;

    pub(super) fn serialize<S: Serializer>(value: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(value)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<u8>, D::Error> {
        String::deserialize(from).map(String::into_bytes)
    }
}

fn one<K: Ord, V>(key: K, value: V) -> BTreeMap<K, V> {
    BTreeMap::from([(key, value)])
}

/// Each value with what becomes of it: it comes back, or is refused with these words.
macro_rules! kinds {
    ($($name:ident: $event:expr => $told:literal;)*) => {$(
        #[tokio::test]
        async fn $name() {
            assert_eq!(told($event).await, $told);
        }
    )*};
}

kinds! {
    an_inner_none_in_a_list: Nested { lab: lab(), value: vec![None, Some(None)] } =>
        "event `nested` is another once it is stored: `value[1]` is Some(None), read as None";
    pairs_as_keys: Pairs { lab: lab(), counts: one((1, 2), 3) } =>
        "event `pairs` cannot be encoded: `counts` cannot be stored as JSON: key must be a \
         string";
    no_text_as_a_key: Perhaps { lab: lab(), counts: one(None, 3) } =>
        "event `perhaps` cannot be encoded: `counts` cannot be stored as JSON: key must be a \
         string";
    some_text_as_a_key: Perhaps { lab: lab(), counts: one(Some("a.\"b".into()), 3) } =>
        "comes back";
    flags_as_keys: Switches { lab: lab(), counts: one(true, u128::MAX) } => "comes back";
    a_variant_as_a_key: Suits { lab: lab(), counts: one(Suit::Hearts, i128::MIN) } => "comes back";
    a_variant_with_a_value_as_a_key: Suits { lab: lab(), counts: one(Suit::Spades(7), 1) } =>
        "event `suits` cannot be encoded: `counts` cannot be stored as JSON: key must be a \
         string";
    two_keys_that_are_one: Alike {
        lab: lab(),
        counts: BTreeMap::from([(Folded("A".into()), 1), (Folded("a".into()), 2)]),
    } =>
        "event `alike` is another once it is stored: `counts.a` is 1, read as 2";
    a_large_number_in_a_flattened_map: Free { lab: lab(), rest: one("sum".into(), u128::MAX) } =>
        "event `free` cannot be read again once it is stored: `sum` is \
         340282366920938463463374607431768211455, stored as \
         340282366920938463463374607431768211455: the payload of event `free` version 1 is \
         damaged: u128 is not supported";
    a_small_number_in_a_flattened_map: Free { lab: lab(), rest: one("sum".into(), 7) } =>
        "event `free` cannot be read again once it is stored: `sum` is 7, stored as 7: the \
         payload of event `free` version 1 is damaged: u128 is not supported";
    a_flattened_number_beside_one_that_is_read_at_once: Both {
        lab: lab(), own: 1, totals: Totals { sum: 2 },
    } =>
        "event `both` cannot be read again once it is stored: `sum` is 2, stored as 2: the payload of \
         event `both` version 1 is damaged: u128 is not supported";
    a_flattened_key_that_is_a_field: Free { lab: lab(), rest: one("lab".into(), 7) } =>
        "event `free` cannot be read again once it is stored: `lab` is \"one\", stored as \
         two values: the payload of event `free` version 1 is damaged: duplicate field `lab`";
    numbers_as_flattened_keys: Numbered { lab: lab(), rest: one(7, 7) } =>
        "event `numbered` cannot be read again once it is stored: the payload of event \
         `numbered` version 1 is damaged: invalid type: string \"7\", expected u32";
    nothing_that_is_flattened: Maybe { lab: lab(), inner: None } =>
        "event `maybe` is another once it is stored: `day` is nothing, read as None";
    something_that_is_flattened: Maybe {
        lab: lab(), inner: Some(Inner { day: Some(7) }),
    } => "comes back";
    a_strict_event_with_flattened_fields: Strict {
        lab: lab(), inner: Inner { day: Some(7) },
    } => "comes back";
    a_default_that_is_not_what_was_left_out: Seven { lab: lab(), value: 0 } =>
        "event `seven` is another once it is stored: `value` is nothing, read as 7";
    borrowed_text: Borrowed {
        lab: lab(), text: "ä".into(), boxed: [Some(u128::MAX), None].into(),
    } =>
        "comes back";
    the_largest_floats: Floats {
        lab: lab(),
        floats: Floating { single: f32::MAX, double: -f64::MAX, letter: char::MAX },
    } => "comes back";
    the_smallest_floats: Floats {
        lab: lab(),
        floats: Floating {
            single: f32::from_bits(1),
            double: f64::from_bits(1),
            letter: '\u{fffe}',
        },
    } => "comes back";
    a_number_in_a_tagged_enum: Inside { lab: lab(), value: Internal::Plain(7) } =>
        "event `inside` cannot be encoded: `value` cannot be stored as JSON: cannot \
         serialize tagged newtype variant Internal::Plain containing an integer";
    a_unit_in_a_tagged_enum: Inside { lab: lab(), value: Internal::Nothing } => "comes back";
    a_small_number_in_a_tagged_enum: Inside {
        lab: lab(), value: Internal::Signed { value: i64::MIN.into() },
    } =>
        "event `inside` cannot be read again once it is stored: `value.value` is \
         -9223372036854775808, stored as -9223372036854775808: the payload of event `inside` \
         version 1 is damaged: i128 is not supported";
    a_large_number_beside_its_tag: Beside {
        lab: lab(), value: Adjacent::Large(u128::MAX),
    } => "comes back";
    a_unit_beside_its_tag: Beside { lab: lab(), value: Adjacent::Nothing } => "comes back";
    an_empty_tuple_beside_its_tag: Beside { lab: lab(), value: Adjacent::Unit(()) } => "comes back";
    an_inner_none_beside_its_tag: Beside { lab: lab(), value: Adjacent::Perhaps(Some(None)) } =>
        "event `beside` is another once it is stored: `value.of` is Some(None), read as None";
    a_bare_unit: Bare { lab: lab(), value: Untagged::Closed } =>
        "event `bare` is another once it is stored: `value` is Closed, read as Open";
    the_first_bare_unit: Bare { lab: lab(), value: Untagged::Open } => "comes back";
    a_whole_number_that_is_read_as_a_float: Either { lab: lab(), value: Number::Whole(7) } =>
        "event `either` is another once it is stored: `value` is 7, read as 7.0";
    a_unit_that_is_there: Touched { lab: lab(), value: Some(()) } =>
        "event `touched` is another once it is stored: `value` is Some(()), read as None";
    text_that_is_trimmed: Trimmed { lab: lab(), name: " ada".into() } =>
        "event `trimmed` is another once it is stored: `name` is \" ada\", read as \"ada\"";
    a_time_that_is_cut: Seconds { lab: lab(), at: 1_000_001 } =>
        "event `seconds` is another once it is stored: `at` is 1000001, read as 1000000";
    a_time_that_is_not_cut: Seconds { lab: lab(), at: 1_000_000 } => "comes back";
    bytes_that_are_read_as_text: Bytes { lab: lab(), value: vec![7] } =>
        "event `bytes` cannot be read again once it is stored: `value` is [7], stored as \
         [7]: the payload of event `bytes` version 1 is damaged: invalid type: sequence, \
         expected a string";
    a_time_that_has_no_form: Early {
        lab: lab(),
        lines: vec![UNIX_EPOCH, UNIX_EPOCH - Duration::from_secs(1)],
    } =>
        "event `early` cannot be encoded: `lines[1]` cannot be stored as JSON: SystemTime \
         must be later than UNIX_EPOCH";
    a_large_number_in_a_bare_enum: Wide {
        lab: lab(), values: BTreeSet::from([Wide128::Whole(u128::MAX)]),
    } =>
        "event `wide` cannot be read again once it is stored: `values[0]` is \
         340282366920938463463374607431768211455, stored as \
         340282366920938463463374607431768211455: the payload of event `wide` version 1 is \
         damaged: data did not match any variant of untagged enum Wide128";
}
