//! The history of an event's fields, written on the fields.
#![expect(
    clippy::trivially_copy_pass_by_ref,
    clippy::needless_pass_by_value,
    reason = "a history hands a new field others by reference, and a changed one its old value"
)]

use es_core::{Event, SchemaVersion};
use serde::{Deserialize, Serialize};

use super::{read, today, told};

#[derive(Serialize, Deserialize, Clone, Copy, Debug, PartialEq)]
enum Currency {
    Eur,
    Usd,
}

impl Currency {
    const FIRST: Self = Self::Eur;
}

/// Five versions, with every kind of change.
#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "account-opened", version = 5)]
#[event(removed(note: String, in = 2), removed(owner: String, in = 4))]
struct Opened {
    id: u32,
    #[event(added(in = 2, default = Currency::FIRST))]
    currency: Currency,
    #[event(renamed(from = "amount", in = 3))]
    #[event(changed(from = u32, in = 5, with = i64::from), renamed(from = "value", in = 5))]
    cents: i64,
    #[event(added(in = 4, with = first_word(owner)))]
    first: String,
    #[event(added(in = 4, with = last_word(owner, value)))]
    last: String,
    #[event(added(in = 5, default))]
    note: Option<u8>,
}

fn first_word(owner: &str) -> String {
    owner.split(' ').next().unwrap_or_default().to_owned()
}

#[derive(Debug, thiserror::Error)]
#[error("`{0}` has no last name, and holds {1}")]
struct NoLastName(String, u32);

fn last_word(owner: &str, value: &u32) -> Result<String, NoLastName> {
    let (_, last) = owner.split_once(' ').ok_or_else(|| NoLastName(owner.into(), *value))?;
    Ok(last.to_owned())
}

fn opened(currency: Currency) -> Opened {
    let (first, last) = ("Ada".to_owned(), "Lovelace".to_owned());
    Opened { id: 1, currency, cents: 5, first, last, note: None }
}

#[test]
fn version_one_climbs_all_the_way() {
    let stored = r#"{"id":1,"amount":5,"note":"rich","owner":"Ada Lovelace"}"#;

    assert_eq!(today::<Opened>(1, stored), opened(Currency::Eur));
}

#[test]
fn version_two_has_the_new_field_and_no_more_the_removed_one() {
    let stored = r#"{"id":1,"amount":5,"currency":"Usd","owner":"Ada Lovelace"}"#;

    assert_eq!(today::<Opened>(2, stored), opened(Currency::Usd));
}

#[test]
fn version_three_has_the_name_between_two_renames() {
    let stored = r#"{"id":1,"value":5,"currency":"Usd","owner":"Ada Lovelace"}"#;

    assert_eq!(today::<Opened>(3, stored), opened(Currency::Usd));
}

#[test]
fn version_four_lacks_only_the_last_step() {
    let stored = r#"{"id":1,"value":5,"currency":"Usd","first":"Ada","last":"Lovelace"}"#;

    assert_eq!(today::<Opened>(4, stored), opened(Currency::Usd));
}

#[test]
fn the_version_of_today_is_written_and_read_without_any_step() {
    let event = Opened { note: Some(7), ..opened(Currency::Usd) };

    let stored = event.encode().expect("sound");

    assert!(stored.as_str().contains(r#""note":7"#));
    assert_eq!(Opened::decode(SchemaVersion(5), &stored).expect("sound"), event);
}

#[test]
fn the_version_of_today_is_as_strict_as_its_struct() {
    let stored = r#"{"id":1,"currency":"Usd","first":"Ada","last":"Lovelace","value":5}"#;

    let error = read::<Opened>(5, stored).expect_err("`value` is a name from before");
    assert!(told(&error).contains("missing field `cents`"), "{}", told(&error));
}

#[test]
fn an_old_payload_that_does_not_fit_its_version_is_damaged_and_named_by_that_version() {
    let stored = r#"{"id":1,"value":5,"currency":"Usd","owner":"Ada Lovelace"}"#;

    let error = read::<Opened>(2, stored).expect_err("version 2 has an `amount`");
    assert!(
        told(&error).starts_with(
            "the payload of event `account-opened` version 2 is damaged: missing field `amount`"
        ),
        "{}",
        told(&error)
    );
}

#[test]
fn a_step_that_fails_is_told_with_both_versions_and_its_reason() {
    let stored = r#"{"id":1,"amount":5,"note":"rich","owner":"Ada"}"#;

    let error = read::<Opened>(1, stored).expect_err("there is one word");
    assert_eq!(
        told(&error),
        "event `account-opened` version 1 cannot be read as version 4: \
         `Ada` has no last name, and holds 5"
    );
}

#[test]
fn versions_that_never_were_are_unknown() {
    for version in [0, 6, u32::MAX] {
        let error = read::<Opened>(version, "{}").expect_err("there are five");

        assert_eq!(told(&error), format!("event `account-opened` has no version {version}"));
    }
}

/// A name that was free again, and is that of something else.
#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "parcel-sent", version = 4, removed(size: String, in = 2))]
struct Sent {
    #[event(added(in = 4, default = 3))]
    size: u8,
    #[event(added(in = 3, default))]
    r#type: String,
}

#[test]
fn a_name_may_come_back_with_another_type() {
    let today_of = |size, kind: &str| Sent { size, r#type: kind.into() };

    assert_eq!(today::<Sent>(1, r#"{"size":"large"}"#), today_of(3, ""));
    assert_eq!(today::<Sent>(2, "{}"), today_of(3, ""));
    assert_eq!(today::<Sent>(3, r#"{"type":"box"}"#), today_of(3, "box"));
    assert_eq!(today::<Sent>(4, r#"{"type":"box","size":1}"#), today_of(1, "box"));
}

/// Names may go from one field to another.
#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "moved", version = 3, removed(note: u8, in = 2))]
struct Moved {
    #[event(renamed(from = "memo", in = 3))]
    note: String,
    #[event(renamed(from = "e-mail", in = 2), renamed(from = "type", in = 3))]
    kind: String,
}

#[test]
fn a_field_may_take_the_name_of_one_that_is_gone() {
    let moved = Moved { note: "b".into(), kind: "c".into() };

    assert_eq!(today::<Moved>(1, r#"{"note":1,"memo":"b","e-mail":"c"}"#), moved);
    assert_eq!(today::<Moved>(2, r#"{"memo":"b","type":"c"}"#), moved);
}

/// A field that came and went.
#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "weighed", version = 4)]
#[event(removed(
    unit: char,
    in = 4,
    added(in = 2, default = "g".into()),
    changed(from = String, in = 3, with = first_letter)
))]
struct Weighed {
    #[event(changed(from = u32, in = 4, with = f64::from))]
    weight: f64,
    #[event(added(in = 4, with = is_metric(unit)))]
    is_metric: bool,
}

fn first_letter(text: String) -> Result<char, &'static str> {
    text.chars().next().ok_or("there is no unit")
}

fn is_metric(unit: &char) -> bool {
    *unit == 'g'
}

#[test]
fn a_removed_field_has_a_history_of_its_own() {
    let weighed = |is_metric| Weighed { weight: 5.0, is_metric };

    assert_eq!(today::<Weighed>(1, r#"{"weight":5}"#), weighed(true));
    assert_eq!(today::<Weighed>(2, r#"{"weight":5,"unit":"lb"}"#), weighed(false));
    assert_eq!(today::<Weighed>(3, r#"{"weight":5,"unit":"g"}"#), weighed(true));
}

#[test]
fn a_reason_may_be_a_text() {
    let error = read::<Weighed>(2, r#"{"weight":5,"unit":""}"#).expect_err("no unit");

    assert_eq!(
        told(&error),
        "event `weighed` version 2 cannot be read as version 3: there is no unit"
    );
}

/// What serde is told of the struct and its fields holds for the old versions, but for keys and types
/// that were others.
#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[event(name = "ordered", version = 3, removed(unit_price: u32, in = 3))]
struct Ordered {
    #[serde(rename = "who")]
    #[event(renamed(from = "first_name", in = 2))]
    customer: String,
    #[serde(with = "as_text")]
    item_count: u32,
    #[serde(with = "as_text", rename = "sum")]
    #[event(changed(from = u8, in = 3, with = u32::from))]
    total_sum: u32,
    #[serde(default)]
    is_gift: bool,
}

mod as_text {
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serializer};

    pub(crate) fn serialize<S: Serializer>(number: &u32, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&number.to_string())
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<u32, D::Error> {
        String::deserialize(from)?.parse().map_err(D::Error::custom)
    }
}

#[test]
fn old_versions_are_read_with_the_attributes_of_serde() {
    let ordered =
        |is_gift| Ordered { customer: "ada".into(), item_count: 2, total_sum: 9, is_gift };

    let first = r#"{"first_name":"ada","itemCount":"2","sum":9,"unitPrice":4}"#;
    assert_eq!(today::<Ordered>(1, first), ordered(false));
    let second = r#"{"who":"ada","itemCount":"2","sum":9,"unitPrice":4,"isGift":true}"#;
    assert_eq!(today::<Ordered>(2, second), ordered(true));
    let third = r#"{"who":"ada","itemCount":"2","sum":"9"}"#;
    assert_eq!(today::<Ordered>(3, third), ordered(false));
}

#[test]
fn old_versions_refuse_unknown_fields_if_the_struct_does() {
    let stored = r#"{"first_name":"ada","itemCount":"2","sum":9,"unitPrice":4,"more":1}"#;

    let error = read::<Ordered>(1, stored).expect_err("`more` is not known");
    assert!(told(&error).contains("unknown field `more`"), "{}", told(&error));
}
