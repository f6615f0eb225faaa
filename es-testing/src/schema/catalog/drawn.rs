//! Schemas beside what serde writes and reads, judged by another validator.

use std::collections::{BTreeMap, BTreeSet};

use es_core::SchemaVersion;
use es_core::serde::{Deserialize, Serialize, de::DeserializeOwned};
use es_core::shape::{Definition, Enum, Field, Form, Kind, Schema, Tagging, Variant};
use jsonschema::Validator;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::json_schema::json_schema;
use crate::scenario::laws::payload::payloads;

/// Every payload that is drawn for the schema is read by serde as a `T`, and the JSON Schema takes it
/// as well as what serde then writes.
fn agree<T: Serialize + DeserializeOwned>(schema: &Schema) {
    let validator = validator(schema);
    let payloads = payloads("event", schema).expect("every form is known");

    proptest!(|(payload in payloads)| {
        let read: T = serde_json::from_str(&payload).map_err(|error| {
            TestCaseError::fail(format!("serde does not read {payload}: {error}"))
        })?;
        let written = serde_json::to_string(&read).expect("what was JSON is JSON");
        for json in [payload, written] {
            let value: Value = serde_json::from_str(&json).expect("it is JSON");
            if let Err(error) = validator.validate(&value) {
                return Err(TestCaseError::fail(format!("the schema refuses {json}: {error}")));
            }
        }
    });
}

fn validator(schema: &Schema) -> Validator {
    let schema = json_schema("event", SchemaVersion(1), schema);
    jsonschema::meta::validate(&schema).expect("the schema is one of draft 2020-12");
    jsonschema::validator_for(&schema).expect("the schema is sound")
}

fn schema(form: Form, definitions: &[(&str, Kind)]) -> Schema {
    let defined = |(name, kind): &(&str, Kind)| {
        ((*name).to_owned(), Definition { attributes: Vec::new(), kind: kind.clone() })
    };
    Schema { form, definitions: definitions.iter().map(defined).collect() }
}

fn field(name: &str, form: Form) -> Field {
    let required = !matches!(form, Form::Option(_));
    Field { name: name.to_owned(), form, required, attributes: Vec::new() }
}

fn named(name: &str) -> Form {
    Form::Named(name.to_owned())
}

fn list(element: Form) -> Form {
    Form::List(Box::new(element))
}

fn option(some: Form) -> Form {
    Form::Option(Box::new(some))
}

fn text() -> Form {
    Form::Text("String")
}

fn int(type_name: &'static str) -> Form {
    Form::Integer(type_name)
}

#[derive(Serialize, Deserialize)]
#[serde(crate = "es_core::serde")]
struct Everything {
    unit: (),
    yes: bool,
    small: i8,
    great: u64,
    greatest: u128,
    not_zero: std::num::NonZeroU16,
    ratio: f64,
    half: f32,
    name: String,
    letter: char,
    id: es_core::EventId,
    at: es_core::Timestamp,
    note: Option<String>,
    tags: BTreeSet<u8>,
    pair: (i64, String),
    rgb: [u8; 3],
    scores: BTreeMap<u32, Vec<bool>>,
}

#[test]
fn forms_of_every_kind() {
    let fields = vec![
        field("unit", Form::Unit),
        field("yes", Form::Bool),
        field("small", int("i8")),
        field("great", int("u64")),
        field("greatest", int("u128")),
        field("not_zero", int("NonZero<u16>")),
        field("ratio", Form::Float("f64")),
        field("half", Form::Float("f32")),
        field("name", text()),
        field("letter", Form::Text("char")),
        field("id", Form::Text("EventId")),
        field("at", Form::Text("Timestamp")),
        field("note", option(text())),
        field("tags", Form::Set(Box::new(int("u8")))),
        field("pair", Form::Tuple(vec![int("i64"), text()])),
        field("rgb", Form::Array(Box::new(int("u8")), 3)),
        field("scores", Form::Map(Box::new(int("u32")), Box::new(list(Form::Bool)))),
    ];

    agree::<Everything>(&schema(named("e"), &[("e", Kind::Struct(fields))]));
}

#[derive(Serialize, Deserialize)]
#[serde(crate = "es_core::serde")]
struct Card {
    number: String,
}

fn card() -> Kind {
    Kind::Struct(vec![field("number", text())])
}

fn variant(name: &str, kind: Kind) -> Variant {
    Variant { name: name.to_owned(), kind, attributes: Vec::new() }
}

/// Cash, a card, a pair, and an amount with a reason.
fn payment(tagging: Tagging, variants: Vec<Variant>) -> Schema {
    let payment = Kind::Enum(Enum { tagging, variants });
    schema(named("Payment"), &[("Payment", payment), ("Card", card())])
}

fn variants() -> Vec<Variant> {
    vec![
        variant("Cash", Kind::Unit),
        variant("Card", Kind::Newtype(named("Card"))),
        variant("Pair", Kind::Tuple(vec![int("u8"), text()])),
        variant("Owed", Kind::Struct(vec![field("cents", int("i64")), field("by", text())])),
    ]
}

macro_rules! payment {
    ($(#[$tagging:meta])?) => {
        #[derive(Serialize, Deserialize)]
        #[serde(crate = "es_core::serde")]
        $(#[$tagging])?
        enum Payment {
            Cash,
            Card(Card),
            Pair(u8, String),
            Owed { cents: i64, by: String },
        }
    };
}

#[test]
fn an_enum_told_by_name() {
    payment!();

    agree::<Payment>(&payment(Tagging::External, variants()));
}

#[test]
fn an_enum_told_by_a_field_beside_its_content() {
    payment!(#[serde(tag = "kind", content = "of")]);
    let tagging = Tagging::Adjacent { tag: "kind".to_owned(), content: "of".to_owned() };

    agree::<Payment>(&payment(tagging, variants()));
}

#[test]
fn an_enum_told_by_a_field_within_its_content() {
    #[derive(Serialize, Deserialize)]
    #[serde(crate = "es_core::serde", tag = "kind")]
    enum Payment {
        Cash,
        Card(Card),
        Owed { cents: i64, by: String },
    }
    let variants = variants().into_iter().filter(|variant| variant.name != "Pair").collect();

    agree::<Payment>(&payment(Tagging::Internal("kind".to_owned()), variants));
}

#[test]
fn an_enum_told_by_nothing() {
    payment!(#[serde(untagged)]);

    agree::<Payment>(&payment(Tagging::Untagged, variants()));
}

#[derive(Serialize, Deserialize)]
#[serde(crate = "es_core::serde")]
struct Tree {
    value: i32,
    branches: Vec<Tree>,
    twin: Option<Box<Tree>>,
}

#[test]
fn a_type_within_itself() {
    let fields = vec![
        field("value", int("i32")),
        field("branches", list(named("Tree"))),
        field("twin", option(named("Tree"))),
    ];

    agree::<Tree>(&schema(named("Tree"), &[("Tree", Kind::Struct(fields))]));
}

#[derive(Serialize, Deserialize)]
#[serde(crate = "es_core::serde")]
struct Flat {
    #[serde(flatten)]
    card: Card,
    #[serde(default)]
    cents: i64,
}

#[test]
fn a_field_that_is_flattened_and_one_that_has_a_default() {
    let flat = Field { attributes: vec!["flatten".to_owned()], ..field("card", named("Card")) };
    let cents = Field { required: false, ..field("cents", int("i64")) };
    let fields = Kind::Struct(vec![flat, cents]);

    agree::<Flat>(&schema(named("Flat"), &[("Flat", fields), ("Card", card())]));
}

#[test]
fn what_is_wrong_is_refused() {
    let fields = vec![field("cents", int("u8")), field("by", option(text()))];
    let validator = validator(&schema(named("Owed"), &[("Owed", Kind::Struct(fields))]));

    let wrong = [
        json!({ "cents": 256 }),
        json!({ "cents": -1 }),
        json!({ "cents": "1" }),
        json!({ "cents": 1, "by": 1 }),
        json!({}),
        json!(null),
    ];
    assert!(wrong.iter().all(|value| !validator.is_valid(value)));
    assert!(validator.is_valid(&json!({ "cents": 255, "by": null })));
}

#[test]
fn an_unknown_form_takes_everything_and_says_what_stands_there() {
    let amount = Form::Opaque("money::Amount".to_owned());
    let schema = schema(named("Paid"), &[("Paid", Kind::Struct(vec![field("amount", amount)]))]);

    let json = json_schema("paid", SchemaVersion(1), &schema);

    let described = "`money::Amount`, whose stored form is not known";
    assert_eq!(json["properties"]["amount"], json!({ "description": described }));
    assert!(validator(&schema).is_valid(&json!({ "amount": [1, { "of": "EUR" }] })));
}

#[test]
fn a_text_of_another_crate_says_its_format() {
    let kinds = ["chrono::DateTime", "chrono::NaiveDate", "url::Url"];

    let formats = kinds.map(|kind| {
        let fields = vec![field("text", Form::Text(kind))];
        let schema = schema(named("Booked"), &[("Booked", Kind::Struct(fields))]);
        json_schema("booked", SchemaVersion(1), &schema)["properties"]["text"]["format"].clone()
    });

    assert_eq!(formats, ["date-time", "date", "uri"].map(|format| json!(format)));
}

#[test]
fn two_types_of_one_name_are_told_apart() {
    let fields = vec![field("a", named("a::Card")), field("b", named("b::Card<u8>"))];
    let schema = schema(
        named("Both"),
        &[("Both", Kind::Struct(fields)), ("a::Card", card()), ("b::Card<u8>", Kind::Unit)],
    );

    let validator = validator(&schema);

    assert!(validator.is_valid(&json!({ "a": { "number": "1" }, "b": null })));
    assert!(!validator.is_valid(&json!({ "a": null, "b": null })));
}
