//! JSON that fits a form, drawn at random.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;

use es_core::Timestamp;
use es_core::shape::{Definition, Enum, Field, Form, Kind, Schema, Tagging, Variant};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

/// JSON as text, since only text holds every number.
type Json = BoxedStrategy<String>;

/// The largest number of elements of a list.
const ELEMENTS: usize = 3;

/// The largest number of times that a type may stand within itself.
const NESTED: usize = 2;

/// A place whose form is not known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Unknown {
    /// `Opened.owner.name`
    pub(crate) place: String,
    /// The type that stands there.
    pub(crate) type_name: String,
}

/// Payloads of the schema of the event `name`.
///
/// # Errors
///
/// If the form of a place is not known.
pub(crate) fn payloads(name: &str, schema: &Schema) -> Result<Json, Unknown> {
    let mut draw =
        Draw { definitions: &schema.definitions, within: Vec::new(), place: vec![name.to_owned()] };
    let nothing_ends =
        || Unknown { place: name.to_owned(), type_name: "a type without end".into() };
    draw.form(&schema.form)?.ok_or_else(nothing_ends)
}

struct Draw<'a> {
    definitions: &'a BTreeMap<String, Definition>,
    /// The types in which this is.
    within: Vec<&'a str>,
    place: Vec<String>,
}

/// `None` where a value would have no end, since its type is within itself too often.
type Drawn = Result<Option<Json>, Unknown>;

impl<'a> Draw<'a> {
    fn form(&mut self, form: &'a Form) -> Drawn {
        Ok(match form {
            Form::Unit => Some(null()),
            Form::Bool => Some(printed(any::<bool>())),
            Form::Integer(type_name) => Some(integer(type_name)),
            Form::Float(type_name) => Some(float(type_name)),
            Form::Text(kind) => Some(text(kind)),
            Form::Option(some) => Some(match self.form(some)? {
                Some(some) => prop_oneof![1 => null(), 3 => some].boxed(),
                None => null(),
            }),
            Form::List(element) => Some(match self.form(element)? {
                Some(element) => list(vec(element, 0..=ELEMENTS)),
                None => constant("[]"),
            }),
            Form::Set(element) => Some(match self.form(element)? {
                Some(element) => list(vec(element, 0..=ELEMENTS).prop_map(each_once)),
                None => constant("[]"),
            }),
            Form::Array(element, length) => {
                self.form(element)?.map(|element| list(vec(element, *length)))
            }
            Form::Map(key, value) => {
                let key = self.form(key)?;
                let value = self.form(value)?;
                Some(match (key, value) {
                    (Some(key), Some(value)) => {
                        object(vec((key, value), 0..=ELEMENTS).prop_map(entries))
                    }
                    _ => constant("{}"),
                })
            }
            Form::Tuple(forms) => self.tuple(forms)?,
            Form::Named(name) => self.named(name)?,
            Form::Opaque(type_name) => return Err(self.unknown(type_name)),
        })
    }

    fn unknown(&self, type_name: &str) -> Unknown {
        Unknown { place: self.place.join("."), type_name: type_name.to_owned() }
    }

    fn named(&mut self, name: &'a str) -> Drawn {
        if self.within.iter().filter(|outer| **outer == name).count() >= NESTED {
            return Ok(None);
        }
        let definitions = self.definitions;
        let Some(definition) = definitions.get(name) else {
            return Err(self.unknown(name));
        };
        self.within.push(name);
        let drawn = self.kind(&definition.kind);
        self.within.pop();
        drawn
    }

    fn kind(&mut self, kind: &'a Kind) -> Drawn {
        match kind {
            Kind::Unit => Ok(Some(null())),
            Kind::Newtype(form) => self.form(form),
            Kind::Tuple(forms) => self.tuple(forms),
            Kind::Struct(fields) => Ok(self.members(fields)?.map(object)),
            Kind::Enum(of) => self.enumeration(of),
        }
    }

    fn tuple(&mut self, forms: &'a [Form]) -> Drawn {
        let mut elements = Vec::new();
        for (nth, form) in forms.iter().enumerate() {
            let Some(element) = self.at(&nth.to_string(), |draw| draw.form(form))? else {
                return Ok(None);
            };
            elements.push(element);
        }
        Ok(Some(list(elements)))
    }

    /// The text between the braces.
    fn members(&mut self, fields: &'a [Field]) -> Drawn {
        let mut members = Vec::new();
        for field in fields {
            let value = self.at(&field.name, |draw| draw.form(&field.form))?;
            let member = value.map(|value| member(field, value));
            match member {
                Some(member) if field.required => members.push(member),
                Some(member) => members.push(prop_oneof![1 => constant(""), 3 => member].boxed()),
                None if field.required => return Ok(None),
                None => {}
            }
        }
        Ok(Some(members.prop_map(|members| joined(&members)).boxed()))
    }

    fn enumeration(&mut self, of: &'a Enum) -> Drawn {
        let mut variants = Vec::new();
        for variant in &of.variants {
            variants.extend(self.at(&variant.name, |draw| draw.variant(&of.tagging, variant))?);
        }
        if variants.is_empty() {
            return Ok(None);
        }
        Ok(Some(proptest::strategy::Union::new(variants).boxed()))
    }

    fn variant(&mut self, tagging: &'a Tagging, variant: &'a Variant) -> Drawn {
        let name = quoted(&variant.name);
        if let (Tagging::Internal(tag), kind) = (tagging, &variant.kind) {
            let tag = format!("{}:{name}", quoted(tag));
            let Some(content) = self.kind(kind)? else { return Ok(None) };
            let members = content.prop_map(move |content| joined(&[tag.clone(), inner(&content)]));
            return Ok(Some(object(members)));
        }
        let is_unit = matches!(variant.kind, Kind::Unit);
        let Some(content) = self.kind(&variant.kind)? else { return Ok(None) };
        Ok(Some(match tagging {
            Tagging::External if is_unit => constant(&name),
            Tagging::External => object(content.prop_map(move |value| format!("{name}:{value}"))),
            Tagging::Adjacent { tag, .. } if is_unit => {
                constant(&format!("{{{}:{name}}}", quoted(tag)))
            }
            Tagging::Adjacent { tag, content: key } => {
                let (tag, key) = (quoted(tag), quoted(key));
                object(content.prop_map(move |value| format!("{tag}:{name},{key}:{value}")))
            }
            Tagging::Internal(_) | Tagging::Untagged => content,
        }))
    }

    fn at<T>(&mut self, place: &str, draw: impl FnOnce(&mut Self) -> T) -> T {
        self.place.push(place.to_owned());
        let drawn = draw(self);
        self.place.pop();
        drawn
    }
}

/// A field as it stands between the braces; of a flattened one its own members.
fn member(field: &Field, value: Json) -> Json {
    if field.attributes.iter().any(|attribute| attribute == "flatten") {
        return value.prop_map(|value| inner(&value)).boxed();
    }
    let key = quoted(&field.name);
    value.prop_map(move |value| format!("{key}:{value}")).boxed()
}

fn null() -> Json {
    constant("null")
}

fn constant(json: &str) -> Json {
    Just(json.to_owned()).boxed()
}

fn printed<T: Display>(values: impl Strategy<Value = T> + 'static) -> Json {
    values.prop_map(|value| value.to_string()).boxed()
}

fn object(members: impl Strategy<Value = String> + 'static) -> Json {
    members.prop_map(|members| format!("{{{members}}}")).boxed()
}

fn list(elements: impl Strategy<Value = Vec<String>> + 'static) -> Json {
    elements.prop_map(|elements| format!("[{}]", elements.join(","))).boxed()
}

fn each_once(elements: Vec<String>) -> Vec<String> {
    let mut seen = BTreeSet::new();
    elements.into_iter().filter(|element| seen.insert(element.clone())).collect()
}

/// Keys are texts in JSON, numbers as well.
fn entries(entries: Vec<(String, String)>) -> String {
    let entries: BTreeMap<String, String> = entries.into_iter().collect();
    let member = |(key, value): (String, String)| {
        let key = if key.starts_with('"') { key } else { quoted(&key) };
        format!("{key}:{value}")
    };
    joined(&entries.into_iter().map(member).collect::<Vec<_>>())
}

fn joined(members: &[String]) -> String {
    let there: Vec<&str> =
        members.iter().map(String::as_str).filter(|member| !member.is_empty()).collect();
    there.join(",")
}

/// The members of an object; nothing of what is none.
fn inner(json: &str) -> String {
    let members = json.strip_prefix('{').and_then(|json| json.strip_suffix('}'));
    members.unwrap_or_default().to_owned()
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// The numbers of a type: small ones, for a short report; the least and the greatest, where sums
/// break; and all others.
macro_rules! numbers {
    ($type:ty) => {
        prop_oneof![
            4 => printed(0..100 as $type),
            1 => printed(Just(<$type>::MAX)),
            1 => printed(Just(<$type>::MIN)),
            2 => printed(any::<$type>()),
        ]
        .boxed()
    };
}

fn integer(type_name: &str) -> Json {
    if let Some(inner) = type_name.strip_prefix("NonZero") {
        let inner = inner.trim_matches(|c: char| !c.is_ascii_alphanumeric());
        return integer(inner).prop_filter("zero", |number| number != "0").boxed();
    }
    match type_name {
        "i8" => numbers!(i8),
        "i16" => numbers!(i16),
        "i32" => numbers!(i32),
        "i128" => numbers!(i128),
        "isize" => numbers!(isize),
        "u8" => numbers!(u8),
        "u16" => numbers!(u16),
        "u32" => numbers!(u32),
        "u64" => numbers!(u64),
        "u128" => numbers!(u128),
        "usize" => numbers!(usize),
        _ => numbers!(i64),
    }
}

fn float(type_name: &str) -> Json {
    if type_name == "f32" {
        let numbers = prop_oneof![
            4 => (0..100_u8).prop_map(f32::from),
            1 => Just(f32::MAX),
            1 => Just(f32::MIN),
            2 => any::<f32>().prop_filter("not JSON", |number| number.is_finite()),
        ];
        return numbers.prop_map(|number| format!("{number:?}")).boxed();
    }
    let numbers = prop_oneof![
        4 => (0..100_u8).prop_map(f64::from),
        1 => Just(f64::MAX),
        1 => Just(f64::MIN),
        2 => any::<f64>().prop_filter("not JSON", |number| number.is_finite()),
    ];
    numbers.prop_map(|number| format!("{number:?}")).boxed()
}

fn text(kind: &str) -> Json {
    let texts = match kind {
        "String" | "str" => prop_oneof![
            4 => "[a-z]{0,8}",
            1 => vec(any::<char>(), 0..8).prop_map(String::from_iter),
        ]
        .boxed(),
        "char" => any::<char>().prop_map(String::from).boxed(),
        "Uuid" | "EventId" => any::<u128>().prop_map(uuid).boxed(),
        "chrono::NaiveDate" => date().boxed(),
        "chrono::NaiveTime" => time().boxed(),
        "chrono::NaiveDateTime" => {
            (date(), time()).prop_map(|(date, time)| format!("{date}T{time}")).boxed()
        }
        "chrono::DateTime" => {
            (date(), time()).prop_map(|(date, time)| format!("{date}T{time}Z")).boxed()
        }
        "chrono::Month" => {
            select(vec!["January", "May", "December"]).prop_map(String::from).boxed()
        }
        "chrono::Weekday" => select(vec!["Mon", "Sat", "Sun"]).prop_map(String::from).boxed(),
        "rust_decimal::Decimal" => (any::<i64>(), 0..100_u32)
            .prop_map(|(whole, cents)| format!("{whole}.{cents:02}"))
            .boxed(),
        "url::Url" => "https://[a-z]{1,8}\\.example/[a-z]{0,8}".boxed(),
        "Timestamp" => {
            any::<i64>().prop_map(|micros| Timestamp::from_unix_micros(micros).to_string()).boxed()
        }
        // A text with rules of its own: what the type does not take is left out.
        _ => prop_oneof![
            4 => "[a-z][a-z0-9]{0,7}",
            1 => "[a-z]{1,5}/[a-z]{1,5}",
            1 => "[a-z]{1,5}:[a-z]{1,5}",
        ]
        .boxed(),
    };
    texts.prop_map(|text| quoted(&text)).boxed()
}

/// A date of four digits for the year.
fn date() -> impl Strategy<Value = String> {
    (1..=9999_u32, 1..=12_u32, 1..=28_u32)
        .prop_map(|(year, month, day)| format!("{year:04}-{month:02}-{day:02}"))
}

/// A time of day, to the second.
fn time() -> impl Strategy<Value = String> {
    (0..24_u32, 0..60_u32, 0..60_u32)
        .prop_map(|(hour, minute, second)| format!("{hour:02}:{minute:02}:{second:02}"))
}

fn uuid(bits: u128) -> String {
    let hex = format!("{bits:032x}");
    let part = |from: usize, to: usize| hex.get(from..to).unwrap_or_default();
    [part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32)].join("-")
}
