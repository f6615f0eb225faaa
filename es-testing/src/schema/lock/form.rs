//! A form in words: `Option<Vec<Money>>`, as it stands in the lock and in reports.

use es_core::shape::{Form, Schema};

use super::names::{Names, is_word};

/// Words that mean a form and so no type with a definition.
pub(super) const RESERVED: [&str; 12] = [
    "null", "bool", "String", "char", "text", "Option", "Vec", "Set", "Map", "opaque", "NonZero",
    "Self",
];

/// The whole numbers.
pub(super) const INTEGERS: [&str; 12] =
    ["i8", "i16", "i32", "i64", "i128", "isize", "u8", "u16", "u32", "u64", "u128", "usize"];

/// The floats.
pub(super) const FLOATS: [&str; 2] = ["f32", "f64"];

/// The form as a report says it.
pub(crate) fn spelled(form: &Form, schema: &Schema) -> String {
    written(form, &Names::of(schema))
}

/// The form as the lock has it.
pub(super) fn written(form: &Form, names: &Names<'_>) -> String {
    let inner = |form: &Form| written(form, names);
    match form {
        Form::Unit => "null".to_owned(),
        Form::Bool => "bool".to_owned(),
        Form::Integer(word) => integer(word),
        Form::Float(word) | Form::Text(word @ ("String" | "char")) => (*word).to_owned(),
        Form::Text(word) if is_word(word) => format!("text {word}"),
        Form::Text(word) => format!("text {word:?}"),
        Form::Option(form) => format!("Option<{}>", inner(form)),
        Form::List(form) => format!("Vec<{}>", inner(form)),
        Form::Set(form) => format!("Set<{}>", inner(form)),
        Form::Array(form, length) => format!("[{}; {length}]", inner(form)),
        Form::Map(key, value) => format!("Map<{}, {}>", inner(key), inner(value)),
        Form::Tuple(parts) => tuple(parts, names),
        Form::Named(name) => names.short(name),
        Form::Opaque(name) => format!("opaque {name:?}"),
    }
}

/// `(i64, String)`, `(i64,)`.
pub(super) fn tuple(parts: &[Form], names: &Names<'_>) -> String {
    let listed: Vec<_> = parts.iter().map(|part| written(part, names)).collect();
    let comma = if parts.len() == 1 { "," } else { "" };
    format!("({}{comma})", listed.join(", "))
}

fn integer(word: &str) -> String {
    let bare = word.trim_start_matches("NonZero").trim_matches(['<', '>', ' ']).to_lowercase();
    if bare.len() == word.len() { bare } else { format!("NonZero<{bare}>") }
}
