//! Events that no store gives back as they were.

use es_core::prelude::*;
use es_testing::prelude::*;
use expect_test::expect_file;

use super::check;

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(crate = "es_core::serde")]
#[event(name = "measured")]
pub(crate) struct Measured {
    pub(crate) place: String,
    pub(crate) value: f64,
}

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(crate = "es_core::serde")]
#[event(name = "noted")]
pub(crate) struct Noted {
    pub(crate) text: String,
    #[serde(skip)]
    pub(crate) memo: String,
}

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(crate = "es_core::serde")]
#[event(name = "planned")]
pub(crate) struct Planned {
    pub(crate) day: Option<Option<u32>>,
}

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(crate = "es_core::serde")]
#[event(name = "guessed")]
pub(crate) struct Guessed {
    pub(crate) value: Option<f64>,
}

/// Written in a form that JSON has.
#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(crate = "es_core::serde")]
#[event(name = "weighed")]
pub(crate) struct Weighed {
    #[serde(with = "as_text")]
    pub(crate) grams: f64,
}

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(crate = "es_core::serde")]
#[event(name = "mapped")]
pub(crate) struct Mapped {
    pub(crate) places: std::collections::BTreeMap<Option<(u8, u8)>, u8>,
}

#[derive(Aggregate, Default, Debug, PartialEq)]
#[aggregate(
    name = "diary",
    id = String,
    events(Measured, Noted, Planned, Guessed, Weighed, Mapped)
)]
pub(crate) struct Diary {}

macro_rules! leaves_no_trace {
    ($($event:ident)*) => {
        $(impl Apply<$event> for Diary {
            fn apply(&mut self, _: $event) {}
        })*
    };
}
leaves_no_trace!(Measured Noted Planned Guessed Weighed Mapped);

/// Decides just that.
#[derive(Command, Clone, Debug)]
#[command(aggregate = Diary, any)]
pub(crate) struct Write {
    #[command(id)]
    pub(crate) diary: String,
    pub(crate) entry: DiaryEvent,
}

impl Decide<Write> for Diary {
    type Events = DiaryEvent;

    fn decide(&self, command: Write) -> Result<DiaryEvent, Self::Error> {
        Ok(command.entry)
    }
}

fn write(entry: impl Into<DiaryEvent>) -> Write {
    Write { diary: "ada".into(), entry: entry.into() }
}

mod as_text {
    use es_core::serde::de::Error;
    use es_core::serde::{Deserialize, Deserializer, Serializer};

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands out references")]
    pub(super) fn serialize<S: Serializer>(value: &f64, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(value)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<f64, D::Error> {
        String::deserialize(from)?.parse().map_err(D::Error::custom)
    }
}

#[test]
fn a_number_that_json_does_not_have() {
    check(
        "a_measurement_that_failed",
        || {
            let measured = Measured { place: "oven".into(), value: f64::NAN };
            Diary::given(()).when(write(measured.clone())).then(measured);
        },
        &expect_file!["a_number_that_json_does_not_have.txt"],
    );
}

#[test]
fn a_number_that_was_given() {
    check(
        "after_an_infinite_measurement",
        || {
            let noted = Noted { text: "hot".into(), memo: String::new() };
            let measured = Measured { place: "oven".into(), value: f64::INFINITY };
            let _ = Diary::given((noted, measured));
        },
        &expect_file!["a_number_that_was_given.txt"],
    );
}

#[test]
fn a_field_that_is_skipped() {
    check(
        "a_memo_is_kept",
        || {
            let noted = Noted { text: "hot".into(), memo: "call the doctor".into() };
            Diary::given(()).when(write(noted.clone())).then(noted);
        },
        &expect_file!["a_field_that_is_skipped.txt"],
    );
}

#[test]
fn an_option_in_an_option() {
    check(
        "a_day_is_taken_back",
        || {
            let planned = Planned { day: Some(None) };
            Diary::given(()).when(write(planned.clone())).then(planned);
        },
        &expect_file!["an_option_in_an_option.txt"],
    );
}

#[test]
fn a_number_that_json_takes_for_nothing() {
    check(
        "a_wild_guess",
        || {
            let guessed = Guessed { value: Some(f64::NAN) };
            Diary::given(()).when(write(guessed.clone())).then(guessed);
        },
        &expect_file!["a_number_that_json_takes_for_nothing.txt"],
    );
}

#[test]
fn a_key_that_json_does_not_have() {
    check(
        "places_by_coordinates",
        || {
            let mapped = Mapped { places: [(Some((1, 2)), 3)].into() };
            let _ = Diary::given(mapped);
        },
        &expect_file!["a_key_that_json_does_not_have.txt"],
    );
}

#[test]
fn prints_alike() {
    check(
        "a_weight_that_is_no_number",
        || {
            let weighed = Weighed { grams: f64::NAN };
            Diary::given(weighed.clone()).when(write(weighed.clone())).then(weighed);
        },
        &expect_file!["prints_alike.txt"],
    );
}

#[test]
fn a_number_in_a_form_that_json_has_is_given_and_decided() {
    let weighed = Weighed { grams: f64::NAN };

    Diary::given(weighed.clone()).when(write(weighed)).then_state(Diary {});
}
