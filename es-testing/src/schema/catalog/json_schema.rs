//! A stored form as JSON Schema, draft 2020-12.

use std::collections::BTreeMap;

use es_core::SchemaVersion;
use es_core::shape::{Definition, Enum, Field, Form, Kind, Schema, Tagging, Variant};
use serde_json::{Map, Value, json};

const DRAFT: &str = "https://json-schema.org/draft/2020-12/schema";

/// The JSON Schema of one version of an event.
///
/// A place whose form is not known takes everything, and says in its description which type stands
/// there.
#[must_use]
pub fn json_schema(event: &str, version: SchemaVersion, schema: &Schema) -> Value {
    let keys = keys(schema);
    let writer = Writer { keys: &keys };
    let mut root = match &schema.form {
        Form::Named(name) => match schema.definitions.get(name) {
            Some(definition) => writer.definition(definition),
            None => writer.form(&schema.form),
        },
        form => writer.form(form),
    };
    let mut definitions = Map::new();
    for (name, definition) in &schema.definitions {
        if schema.form != Form::Named(name.clone()) || writer.refers_to(schema, name) {
            definitions.insert(writer.key(name), writer.definition(definition));
        }
    }
    put(&mut root, "$schema", DRAFT.into());
    put(&mut root, "$id", format!("urn:event:{event}:v{version}").into());
    put(&mut root, "title", event.into());
    if !definitions.is_empty() {
        put(&mut root, "$defs", definitions.into());
    }
    root
}

/// The key under which each type is defined: its last word, if no other ends in the same.
fn keys(schema: &Schema) -> BTreeMap<&str, String> {
    let short = |name: &str| {
        let plain = name.split('<').next().unwrap_or(name);
        plain.rsplit("::").next().unwrap_or(plain).to_owned()
    };
    let names = || schema.definitions.keys().map(String::as_str);
    let key = |name: &str| {
        let shared = names().filter(|other| short(other) == short(name)).count() > 1;
        if shared { in_a_pointer(name) } else { short(name) }
    };
    names().map(|name| (name, key(name))).collect()
}

/// The name without the characters that a JSON pointer in a URI would have to escape.
fn in_a_pointer(name: &str) -> String {
    name.replace("::", ".").replace(|c: char| !c.is_alphanumeric() && c != '.', "_")
}

struct Writer<'a> {
    keys: &'a BTreeMap<&'a str, String>,
}

impl Writer<'_> {
    fn key(&self, name: &str) -> String {
        self.keys.get(name).cloned().unwrap_or_else(|| in_a_pointer(name))
    }

    fn reference(&self, name: &str) -> String {
        format!("#/$defs/{}", self.key(name))
    }

    /// True if any type within refers to the type `name`.
    fn refers_to(&self, schema: &Schema, name: &str) -> bool {
        let reference = Value::from(self.reference(name)).to_string();
        let mentions =
            |definition: &Definition| self.definition(definition).to_string().contains(&reference);
        schema.definitions.values().any(mentions)
    }

    fn definition(&self, definition: &Definition) -> Value {
        let mut schema = self.kind(&definition.kind);
        let is_strict = |attribute: &String| attribute == "deny_unknown_fields";
        if matches!(definition.kind, Kind::Struct(_)) && definition.attributes.iter().any(is_strict)
        {
            put(&mut schema, "additionalProperties", false.into());
        }
        schema
    }

    fn kind(&self, kind: &Kind) -> Value {
        match kind {
            Kind::Unit => json!({ "type": "null" }),
            Kind::Newtype(form) => self.form(form),
            Kind::Tuple(forms) => self.tuple(forms),
            Kind::Struct(fields) => self.object(fields),
            Kind::Enum(of) => self.enumeration(of),
        }
    }

    fn form(&self, form: &Form) -> Value {
        match form {
            Form::Unit => json!({ "type": "null" }),
            Form::Bool => json!({ "type": "boolean" }),
            Form::Integer(type_name) => integer(type_name),
            Form::Float(_) => json!({ "type": "number" }),
            Form::Text(kind) => text(kind),
            Form::Option(some) => or_null(self.form(some)),
            Form::List(element) => json!({ "type": "array", "items": self.form(element) }),
            Form::Array(element, length) => json!({
                "type": "array",
                "items": self.form(element),
                "minItems": length,
                "maxItems": length,
            }),
            Form::Set(element) => {
                json!({ "type": "array", "items": self.form(element), "uniqueItems": true })
            }
            Form::Map(_, value) => {
                json!({ "type": "object", "additionalProperties": self.form(value) })
            }
            Form::Tuple(forms) => self.tuple(forms),
            Form::Named(name) => json!({ "$ref": self.reference(name) }),
            Form::Opaque(type_name) => {
                json!({ "description": format!("`{type_name}`, whose stored form is not known") })
            }
        }
    }

    fn tuple(&self, forms: &[Form]) -> Value {
        let elements: Vec<Value> = forms.iter().map(|form| self.form(form)).collect();
        let length = elements.len();
        if elements.is_empty() {
            return json!({ "type": "array", "maxItems": 0 });
        }
        json!({ "type": "array", "prefixItems": elements, "items": false, "minItems": length })
    }

    fn object(&self, fields: &[Field]) -> Value {
        let (flat, own): (Vec<&Field>, Vec<&Field>) =
            fields.iter().partition(|field| is_flat(field));
        let properties: Map<String, Value> =
            own.iter().map(|field| (field.name.clone(), self.form(&field.form))).collect();
        let required: Vec<&str> =
            own.iter().filter(|field| field.required).map(|field| field.name.as_str()).collect();
        let mut schema =
            json!({ "type": "object", "properties": properties, "required": required });
        if !flat.is_empty() {
            let parts: Vec<Value> = flat.iter().map(|field| self.form(&field.form)).collect();
            put(&mut schema, "allOf", parts.into());
        }
        schema
    }

    fn enumeration(&self, of: &Enum) -> Value {
        let is_unit = |variant: &Variant| matches!(variant.kind, Kind::Unit);
        if matches!(of.tagging, Tagging::External) && of.variants.iter().all(is_unit) {
            let names: Vec<&str> =
                of.variants.iter().map(|variant| variant.name.as_str()).collect();
            return json!({ "type": "string", "enum": names });
        }
        let variant = |variant| self.variant(&of.tagging, variant);
        let variants: Vec<Value> = of.variants.iter().map(variant).collect();
        match of.tagging {
            // The first that fits is taken, and another may fit as well.
            Tagging::Untagged => json!({ "anyOf": variants }),
            _ => json!({ "oneOf": variants }),
        }
    }

    fn variant(&self, tagging: &Tagging, variant: &Variant) -> Value {
        let name = &variant.name;
        let content = self.kind(&variant.kind);
        let is_unit = matches!(variant.kind, Kind::Unit);
        match tagging {
            Tagging::External if is_unit => json!({ "const": name }),
            Tagging::External => keyed(vec![(name, content)]),
            Tagging::Adjacent { tag, .. } if is_unit => {
                keyed(vec![(tag, json!({ "const": name }))])
            }
            Tagging::Adjacent { tag, content: key } => {
                keyed(vec![(tag, json!({ "const": name })), (key, content)])
            }
            Tagging::Internal(tag) if is_unit => keyed(vec![(tag, json!({ "const": name }))]),
            Tagging::Internal(tag) => {
                let mut schema = keyed(vec![(tag, json!({ "const": name }))]);
                put(&mut schema, "allOf", vec![content].into());
                schema
            }
            Tagging::Untagged => content,
        }
    }
}

/// An object with these keys, all of them required.
fn keyed(members: Vec<(&String, Value)>) -> Value {
    let required: Vec<&String> = members.iter().map(|(key, _)| *key).collect();
    let required = json!(required);
    let properties: Map<String, Value> =
        members.into_iter().map(|(key, value)| (key.clone(), value)).collect();
    json!({ "type": "object", "properties": properties, "required": required })
}

fn is_flat(field: &Field) -> bool {
    field.attributes.iter().any(|attribute| attribute == "flatten")
}

fn or_null(schema: Value) -> Value {
    let nothing = json!({ "type": "null" });
    let Value::Object(mut schema) = schema else { return schema };
    // `enum` would still leave out null.
    if schema.contains_key("enum") {
        return json!({ "anyOf": [schema, nothing] });
    }
    match schema.get("type") {
        Some(Value::String(one)) => {
            let types = json!([one, "null"]);
            schema.insert("type".to_owned(), types);
            schema.into()
        }
        _ => json!({ "anyOf": [schema, nothing] }),
    }
}

fn integer(type_name: &str) -> Value {
    let (is_not_zero, word) = match type_name.strip_prefix("NonZero") {
        Some(word) => (true, word.trim_matches(|c: char| !c.is_ascii_alphanumeric())),
        None => (false, type_name),
    };
    let mut schema = json!({ "type": "integer" });
    if let Some((least, greatest)) = range(word) {
        put(&mut schema, "minimum", least);
        if let Some(greatest) = greatest {
            put(&mut schema, "maximum", greatest);
        }
    }
    if is_not_zero {
        put(&mut schema, "not", json!({ "const": 0 }));
    }
    schema
}

/// The least and the greatest number of a type, as far as JSON readers know such numbers.
fn range(type_name: &str) -> Option<(Value, Option<Value>)> {
    Some(match type_name {
        "i8" => (i8::MIN.into(), Some(i8::MAX.into())),
        "i16" => (i16::MIN.into(), Some(i16::MAX.into())),
        "i32" => (i32::MIN.into(), Some(i32::MAX.into())),
        "i64" | "isize" => (i64::MIN.into(), Some(i64::MAX.into())),
        "u8" => (0.into(), Some(u8::MAX.into())),
        "u16" => (0.into(), Some(u16::MAX.into())),
        "u32" => (0.into(), Some(u32::MAX.into())),
        "u64" | "usize" => (0.into(), Some(u64::MAX.into())),
        "u128" => (0.into(), None),
        _ => return None,
    })
}

fn text(kind: &str) -> Value {
    match kind {
        "Uuid" | "EventId" => json!({ "type": "string", "format": "uuid" }),
        "Timestamp" | "chrono::DateTime" => json!({ "type": "string", "format": "date-time" }),
        "chrono::NaiveDate" => json!({ "type": "string", "format": "date" }),
        "url::Url" => json!({ "type": "string", "format": "uri" }),
        "char" => json!({ "type": "string", "minLength": 1, "maxLength": 1 }),
        "String" | "str" => json!({ "type": "string" }),
        kind => json!({ "type": "string", "description": kind }),
    }
}

fn put(schema: &mut Value, key: &str, value: Value) {
    if let Value::Object(schema) = schema {
        schema.insert(key.to_owned(), value);
    }
}
