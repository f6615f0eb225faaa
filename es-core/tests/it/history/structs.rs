//! A struct for each version, and the steps between them written by hand.

use es_core::{Event, TryUpcast, Upcast};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::{read, today, told};

/// The struct of three versions: its fields have a history.
#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "paid", version = 3)]
struct PaidV3 {
    #[event(renamed(from = "sum", in = 2))]
    amount: String,
    #[event(added(in = 3, default))]
    note: String,
}

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "paid", version = 4, previous = PaidV3)]
struct PaidV4 {
    cents: u32,
    note: String,
}

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "paid", version = 5, previous = PaidV4)]
struct Paid {
    cents: i64,
    note: Vec<String>,
}

impl TryUpcast<PaidV3> for PaidV4 {
    type Error = std::num::ParseIntError;

    fn try_upcast(previous: PaidV3) -> Result<Self, Self::Error> {
        Ok(Self { cents: previous.amount.parse()?, note: previous.note })
    }
}

impl Upcast<PaidV4> for Paid {
    fn upcast(previous: PaidV4) -> Self {
        Self { cents: previous.cents.into(), note: vec![previous.note] }
    }
}

fn paid(note: &str) -> Paid {
    Paid { cents: 5, note: vec![note.into()] }
}

#[test]
fn a_chain_of_structs_climbs_through_the_history_of_one_of_them() {
    assert_eq!(today::<Paid>(1, r#"{"sum":"5"}"#), paid(""));
    assert_eq!(today::<Paid>(2, r#"{"amount":"5"}"#), paid(""));
    assert_eq!(today::<Paid>(3, r#"{"amount":"5","note":"a"}"#), paid("a"));
    assert_eq!(today::<Paid>(4, r#"{"cents":5,"note":"a"}"#), paid("a"));
    assert_eq!(today::<Paid>(5, r#"{"cents":5,"note":["a"]}"#), paid("a"));
}

#[test]
fn the_step_that_fails_is_told_and_not_the_last_one() {
    let error = read::<Paid>(2, r#"{"amount":"five"}"#).expect_err("not a number");

    assert_eq!(
        told(&error),
        "event `paid` version 2 cannot be read as version 4: invalid digit found in string"
    );
}

#[test]
fn a_damaged_payload_names_the_version_that_was_stored() {
    let error = read::<Paid>(4, r#"{"cents":"five"}"#).expect_err("not a number");

    assert!(
        told(&error).starts_with("the payload of event `paid` version 4 is damaged: "),
        "{}",
        told(&error)
    );
}

#[test]
fn what_no_struct_of_the_chain_reads_is_an_unknown_version() {
    let error = read::<Paid>(6, "{}").expect_err("from the future");

    assert_eq!(told(&error), "event `paid` has no version 6");
}

trait Value: Serialize + DeserializeOwned + Clone + std::fmt::Debug + PartialEq + Send + Sync {}
impl Value for u8 {}

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "put")]
#[serde(bound = "T: Value")]
struct PutV1<T: Value>(T);

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "put", version = 2, previous = PutV1<T>)]
#[serde(bound = "T: Value")]
struct Put<T: Value> {
    value: T,
}

impl<T: Value> Upcast<PutV1<T>> for Put<T> {
    fn upcast(PutV1(value): PutV1<T>) -> Self {
        Self { value }
    }
}

#[test]
fn a_generic_event_climbs() {
    assert_eq!(today::<Put<u8>>(1, "5"), Put { value: 5 });
    assert_eq!(today::<Put<u8>>(2, r#"{"value":5}"#), Put { value: 5 });
}
