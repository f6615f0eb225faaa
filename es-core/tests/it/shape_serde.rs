//! What the serde attributes make of a shape, beside what serde makes of a value.
#![allow(dead_code, reason = "some variants and fields are only looked at as shapes")]

use std::collections::BTreeMap;

use es_core::prelude::*;
use es_core::shape::{Kind, Schema};
use serde_json::json;

/// The definition of `T` alone, in which types of this file have no path.
fn definition<T: Shape>() -> String {
    let schema = Schema::of::<T>();
    let definition = &schema.definitions[&schema.form.to_string()];
    definition.to_string().replace("it::shape_serde::", "")
}

fn stored<T: Serialize>(value: &T) -> serde_json::Value {
    serde_json::to_value(value).unwrap()
}

#[derive(Shape, Serialize, Deserialize, Default)]
#[serde(rename_all = "camelCase")]
struct Customer {
    first_name: String,
    #[serde(rename = "e-mail")]
    mail: Option<String>,
    r#type: u8,
    #[serde(skip)]
    cached: Vec<u8>,
}

#[test]
fn a_field_has_the_name_under_which_it_is_stored() {
    let customer = Customer::default();

    assert_eq!(stored(&customer), json!({ "firstName": "", "e-mail": null, "type": 0 }));
    assert_eq!(
        definition::<Customer>(),
        r#"{firstName: String, "e-mail"?: Option<String>, type: u8}"#
    );
}

#[derive(Shape, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Limit {
    #[serde(default)]
    cents: i64,
    #[serde(default = "one")]
    days: u8,
    #[serde(alias = "why", skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    #[serde(rename(serialize = "out", deserialize = "in"))]
    way: bool,
}

fn one() -> u8 {
    1
}

#[test]
fn a_field_with_a_default_may_be_missing_and_what_is_not_told_otherwise_is_text() {
    assert_eq!(
        definition::<Limit>(),
        "#[deny_unknown_fields] {\
         cents?: i64, \
         #[default=\"one\"] days?: u8, \
         #[alias=\"why\", skip_serializing_if=\"Option::is_none\"] reason?: Option<String>, \
         #[rename(serialize=\"out\",deserialize=\"in\")] out: bool}"
    );
}

#[derive(Shape, Serialize, Deserialize, Default)]
#[serde(default, bound = "", crate = "es_core::serde", rename = "Settings")]
struct Options {
    dark: bool,
    size: u8,
}

#[test]
fn a_default_of_the_struct_is_one_of_each_field_and_what_is_not_stored_is_no_attribute() {
    assert!(serde_json::from_str::<Options>("{}").is_ok());
    assert_eq!(definition::<Options>(), "{dark?: bool, size?: u8}");
}

#[derive(Shape, Serialize, Deserialize)]
struct Parcel {
    #[serde(flatten)]
    from: Address,
    #[serde(flatten)]
    until: Option<Deadline>,
    weight: u32,
    #[serde(flatten)]
    rest: BTreeMap<String, String>,
}

#[derive(Shape, Serialize, Deserialize)]
struct Address {
    street: String,
    city: String,
}

#[derive(Shape, Serialize, Deserialize)]
struct Deadline {
    day: u16,
}

#[test]
fn flattened_fields_stand_in_the_place_of_their_struct() {
    let parcel = Parcel {
        from: Address { street: "a".into(), city: "b".into() },
        until: Some(Deadline { day: 3 }),
        weight: 5,
        rest: BTreeMap::from([("note".into(), "c".into())]),
    };

    assert_eq!(
        stored(&parcel),
        json!({ "street": "a", "city": "b", "day": 3, "weight": 5, "note": "c" })
    );
    assert_eq!(
        Schema::of::<Parcel>().to_string(),
        "it::shape_serde::Parcel\n\
         it::shape_serde::Parcel = {street: String, city: String, day?: u16, weight: u32, \
         #[flatten] rest?: Map<String, String>}"
    );
}

#[derive(Shape, Serialize, Deserialize)]
#[serde(transparent)]
struct Cents {
    value: i64,
    #[serde(skip)]
    currency: (),
}

#[test]
fn a_transparent_struct_is_its_one_field() {
    assert_eq!(stored(&Cents { value: 7, currency: () }), json!(7));
    assert_eq!(definition::<Cents>(), "(i64)");
}

#[derive(Shape, Serialize, Deserialize)]
struct Triple(u8, #[serde(skip)] u16, u32);

#[derive(Shape, Serialize, Deserialize)]
struct Void {}

#[test]
fn a_tuple_is_what_is_left_without_the_skipped_ones() {
    assert_eq!(stored(&Triple(1, 2, 3)), json!([1, 3]));
    assert_eq!(definition::<Triple>(), "(u8, u32)");
    assert_eq!(stored(&Void {}), json!({}));
    assert_eq!(definition::<Void>(), "{}");
}

#[derive(Shape, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", rename_all_fields = "SCREAMING_SNAKE_CASE")]
enum Payment {
    DebitCard {
        last_digits: u16,
    },
    #[serde(rename = "sepa", rename_all = "PascalCase")]
    Transfer {
        bank_code: String,
    },
    #[serde(alias = "coins")]
    Cash,
    #[serde(skip)]
    Promise(u8),
}

#[test]
fn variants_and_their_fields_have_the_names_under_which_they_are_stored() {
    assert_eq!(
        stored(&[
            Payment::DebitCard { last_digits: 7 },
            Payment::Transfer { bank_code: "x".into() },
            Payment::Cash,
        ]),
        json!([{ "debit-card": { "LAST_DIGITS": 7 } }, { "sepa": { "BankCode": "x" } }, "cash"])
    );
    assert_eq!(
        definition::<Payment>(),
        "one of [\"debit-card\"{LAST_DIGITS: u16}, sepa{BankCode: String}, #[alias=\"coins\"] cash]"
    );
}

#[derive(Shape, Serialize, Deserialize)]
#[serde(tag = "kind")]
enum Internal {
    Point {
        x: i8,
    },
    Named(Address),
    #[serde(other)]
    Other,
}

#[derive(Shape, Serialize, Deserialize)]
#[serde(tag = "t", content = "c")]
enum Adjacent {
    Both(u8, u8),
    One(u8),
}

#[derive(Shape, Serialize, Deserialize)]
#[serde(untagged)]
enum Untagged {
    Number(i64),
    Text(String),
}

#[derive(Shape, Serialize, Deserialize)]
#[serde(tag = "kind", rename = "p")]
struct Tagged {
    x: i8,
}

#[test]
fn it_is_told_where_the_name_of_a_variant_stands() {
    assert_eq!(stored(&Internal::Point { x: 1 }), json!({ "kind": "Point", "x": 1 }));
    assert_eq!(
        definition::<Internal>(),
        r#"one by "kind" of [Point{x: i8}, Named(Address), #[other] Other]"#
    );
    assert_eq!(stored(&Adjacent::Both(1, 2)), json!({ "t": "Both", "c": [1, 2] }));
    assert_eq!(definition::<Adjacent>(), r#"one by "t" with "c" of [Both(u8, u8), One(u8)]"#);
    assert_eq!(stored(&Untagged::Number(3)), json!(3));
    assert_eq!(definition::<Untagged>(), "untagged one of [Number(i64), Text(String)]");
    assert_eq!(stored(&Tagged { x: 1 }), json!({ "kind": "p", "x": 1 }));
    assert_eq!(definition::<Tagged>(), r#"#[tag="kind", rename="p"] {x: i8}"#);
}

/// A type without a shape.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
struct Foreign(u8);

#[derive(Shape, Serialize, Deserialize)]
struct Visit {
    #[serde(with = "by_hand")]
    at: Option<Foreign>,
    #[serde(default, serialize_with = "by_hand::serialize")]
    until: Option<Foreign>,
    #[shape(opaque)]
    of: Vec<Foreign>,
}

mod by_hand {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use super::Foreign;

    pub(super) fn serialize<T: Serialize, S: Serializer>(of: &T, s: S) -> Result<S::Ok, S::Error> {
        of.serialize(s)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        d: D,
    ) -> Result<Option<Foreign>, D::Error> {
        Option::deserialize(d)
    }
}

#[derive(Shape, Serialize, Deserialize, Clone)]
#[serde(into = "String", from = "String")]
struct Text {
    of: Foreign,
}

impl From<Text> for String {
    fn from(text: Text) -> Self {
        text.of.0.to_string()
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        Self { of: Foreign(text.len().try_into().unwrap_or_default()) }
    }
}

/// With a function of its own serde does not take a missing `Option` for `None`.
#[test]
fn what_a_function_writes_is_opaque() {
    assert!(serde_json::from_str::<Visit>(r#"{ "of": [] }"#).is_err());
    assert_eq!(
        definition::<Visit>(),
        "{#[with=\"by_hand\"] at: opaque Option<Foreign>, \
         #[serialize_with=\"by_hand::serialize\"] until?: opaque Option<Foreign>, \
         of: opaque Vec<Foreign>}"
    );
    assert_eq!(Schema::of::<Text>().to_string(), "opaque it::shape_serde::Text");
}

#[test]
fn a_variant_that_a_function_writes_is_opaque() {
    #[derive(Shape, Serialize, Deserialize)]
    enum Either {
        #[serde(with = "by_hand")]
        Left(Option<Foreign>),
        Right,
    }

    let Kind::Enum(of) = &Schema::of::<Either>().definitions["it::shape_serde::Either"].kind else {
        panic!("an enum");
    };
    assert_eq!(of.variants[0].to_string(), "#[with=\"by_hand\"] Left(opaque Left)");
}
