//! Stored forms, written as short as they can be.

use std::collections::BTreeMap;

use es_core::shape::{Definition, Enum, Field, Form, Kind, Schema, Tagging, Variant};
use es_core::{EventHistory, SchemaVersion};

pub(crate) const I32: Form = Form::Integer("i32");
pub(crate) const I64: Form = Form::Integer("i64");
pub(crate) const TEXT: Form = Form::Text("String");

pub(crate) fn optional(form: Form) -> Form {
    Form::Option(Box::new(form))
}

pub(crate) fn list(form: Form) -> Form {
    Form::List(Box::new(form))
}

pub(crate) fn named(name: &str) -> Form {
    Form::Named(name.to_owned())
}

pub(crate) fn opaque(name: &str) -> Form {
    Form::Opaque(name.to_owned())
}

/// A field that is needed unless it is an option.
pub(crate) fn field(name: &str, form: Form) -> Field {
    let required = !matches!(form, Form::Option(_));
    Field { name: name.to_owned(), form, required, attributes: vec![] }
}

pub(crate) fn with(mut field: Field, attribute: &str) -> Field {
    field.attributes.push(attribute.to_owned());
    field
}

pub(crate) fn definition(kind: Kind) -> Definition {
    Definition { attributes: vec![], kind }
}

pub(crate) fn fields<const N: usize>(fields: [Field; N]) -> Definition {
    definition(Kind::Struct(fields.into()))
}

pub(crate) fn strict<const N: usize>(fields: [Field; N]) -> Definition {
    Definition {
        attributes: vec!["deny_unknown_fields".to_owned()],
        kind: Kind::Struct(fields.into()),
    }
}

pub(crate) fn variants<const N: usize>(tagging: Tagging, names: [(&str, Kind); N]) -> Definition {
    let variant =
        |(name, kind): (&str, Kind)| Variant { name: name.to_owned(), kind, attributes: vec![] };
    let variants = names.into_iter().map(variant).collect();
    definition(Kind::Enum(Enum { tagging, variants }))
}

pub(crate) fn units<const N: usize>(names: [&str; N]) -> Definition {
    variants(Tagging::External, names.map(|name| (name, Kind::Unit)))
}

/// The schema of the first type, with the others within it.
pub(crate) fn schema<const N: usize>(types: [(&str, Definition); N]) -> Schema {
    let form = named(types[0].0);
    let definitions: BTreeMap<_, _> =
        types.into_iter().map(|(name, definition)| (name.to_owned(), definition)).collect();
    Schema { form, definitions }
}

/// A struct that holds nothing with a name of its own.
pub(crate) fn plain<const N: usize>(of: [Field; N]) -> Schema {
    schema([("bank::Event", fields(of))])
}

/// An event with the versions from 1.
pub(crate) fn history<const N: usize>(name: &'static str, schemas: [Schema; N]) -> EventHistory {
    let versions = (1..).map(SchemaVersion).zip(schemas).collect();
    EventHistory::new(name, versions)
}
