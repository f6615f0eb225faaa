//! The lock as text: a line for each field, blocks apart, in an order that does not depend on anything
//! but the names.

use std::fmt::{self, Write};

use es_core::shape::{Enum, Field, Form, Kind, Schema, Tagging};

use super::form::{tuple, written};
use super::names::{Names, is_word};
use super::released::{Released, ReleasedEvent};
use super::tags;

/// The first lines of every lock.
pub(super) const HEAD: &str = "\
# Every released version of every event, in the form in which it is stored.
# `ES_BLESS=1 cargo test` adds what is new. What is here stays, as the events do.
format 2
";

impl fmt::Display for Released {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(HEAD)?;
        self.events.iter().try_for_each(|(name, event)| write_event(f, name, event))
    }
}

fn write_event(to: &mut impl Write, name: &str, event: &ReleasedEvent) -> fmt::Result {
    writeln!(to, "\nevent {name}")?;
    for alias in &event.aliases {
        writeln!(to, "  alias {alias}")?;
    }
    if let Some(tags) = &event.tags {
        tags::write(to, tags)?;
    }
    if event.is_superseded {
        writeln!(to, "  superseded")?;
    }
    for (version, schema) in &event.versions {
        write!(to, "\n  version {version}: ")?;
        write_schema(to, schema)?;
    }
    Ok(())
}

fn write_schema(to: &mut impl Write, schema: &Schema) -> fmt::Result {
    let names = Names::of(schema);
    let itself = match &schema.form {
        Form::Named(name) => schema.definitions.get_key_value(name),
        _ => None,
    };
    match itself {
        Some((_, definition)) => {
            write_kind(to, &definition.kind, &definition.attributes, 4, &names)?;
        }
        None => writeln!(to, "as {}", written(&schema.form, &names))?,
    }
    let inner =
        schema.definitions.iter().filter(|(name, _)| Some(*name) != itself.map(|(name, _)| name));
    let mut inner: Vec<_> =
        inner.map(|(name, definition)| (names.short(name), definition)).collect();
    // By the names that stand there, so that a lock that was read is written as it was.
    inner.sort_by(|(one, _), (other, _)| one.cmp(other));
    for (name, definition) in inner {
        write!(to, "    type {name}: ")?;
        write_kind(to, &definition.kind, &definition.attributes, 6, &names)?;
    }
    Ok(())
}

/// The rest of the line that says what it is, and the lines of what it is made of.
fn write_kind(
    to: &mut impl Write,
    kind: &Kind,
    attributes: &[String],
    indent: usize,
    names: &Names<'_>,
) -> fmt::Result {
    match kind {
        Kind::Unit => write!(to, "unit")?,
        Kind::Newtype(form) => write!(to, "newtype {}", written(form, names))?,
        Kind::Tuple(parts) => write!(to, "tuple {}", tuple(parts, names))?,
        Kind::Struct(_) => write!(to, "struct")?,
        Kind::Enum(Enum { tagging, .. }) => write!(to, "enum{}", tagged(tagging))?,
    }
    write_attributes(to, attributes)?;
    match kind {
        Kind::Struct(fields) => {
            fields.iter().try_for_each(|field| write_field(to, field, indent, names))
        }
        Kind::Enum(Enum { variants, .. }) => variants.iter().try_for_each(|variant| {
            write!(to, "{:indent$}{}: ", "", key(&variant.name))?;
            write_kind(to, &variant.kind, &variant.attributes, indent + 2, names)
        }),
        Kind::Unit | Kind::Newtype(_) | Kind::Tuple(_) => Ok(()),
    }
}

fn write_field(
    to: &mut impl Write,
    field: &Field,
    indent: usize,
    names: &Names<'_>,
) -> fmt::Result {
    write!(to, "{:indent$}{}: {}", "", key(&field.name), written(&field.form, names))?;
    match (&field.form, field.required) {
        (Form::Option(_), true) => write!(to, " required")?,
        (Form::Option(_), false) | (_, true) => {}
        (_, false) => write!(to, " default")?,
    }
    write_attributes(to, &field.attributes)
}

fn write_attributes(to: &mut impl Write, attributes: &[String]) -> fmt::Result {
    for attribute in attributes {
        let words: Vec<_> = attribute.split_whitespace().collect();
        let attribute = words.join(" ");
        if attribute.contains(['[', ']']) || attribute.starts_with('"') {
            write!(to, " #[{attribute:?}]")?;
        } else {
            write!(to, " #[{attribute}]")?;
        }
    }
    writeln!(to)
}

fn tagged(tagging: &Tagging) -> String {
    match tagging {
        Tagging::External => String::new(),
        Tagging::Internal(tag) => format!(" tag {tag:?}"),
        Tagging::Adjacent { tag, content } => format!(" tag {tag:?} content {content:?}"),
        Tagging::Untagged => " untagged".to_owned(),
    }
}

/// A key as stored; in quotes if it holds more than letters, digits, `_` and `-`.
fn key(name: &str) -> String {
    if is_word(name) { name.to_owned() } else { format!("{name:?}") }
}
