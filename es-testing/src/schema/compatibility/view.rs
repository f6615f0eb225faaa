//! A place as it is stored: names of types and structs around one value are seen through.

use es_core::shape::{Definition, Enum, Field, Form, Kind, Schema};

/// The form at one place of a schema, as it is compared.
pub(super) enum View<'a> {
    /// A value without parts of its own, or one whose parts are forms.
    Form(&'a Form),
    Nothing,
    Tuple(Vec<&'a Form>),
    Struct(&'a [Field], &'a [String]),
    Enum(&'a Enum, &'a [String]),
}

impl<'a> View<'a> {
    pub(super) fn of(mut form: &'a Form, schema: &'a Schema) -> Self {
        // A newtype that holds itself has no value; the bound is against reading it for ever.
        for _ in 0..=schema.definitions.len() {
            match form {
                Form::Unit => return Self::Nothing,
                Form::Tuple(parts) => return Self::Tuple(parts.iter().collect()),
                Form::Named(name) => match schema.definitions.get(name) {
                    Some(Definition { kind: Kind::Newtype(inner), .. }) => form = inner,
                    Some(definition) => {
                        return Self::of_kind(&definition.kind, &definition.attributes);
                    }
                    None => return Self::Form(form),
                },
                _ => return Self::Form(form),
            }
        }
        Self::Form(form)
    }

    /// The view of a variant's content.
    pub(super) fn of_variant(kind: &'a Kind, attributes: &'a [String], schema: &'a Schema) -> Self {
        match kind {
            Kind::Newtype(form) => Self::of(form, schema),
            kind => Self::of_kind(kind, attributes),
        }
    }

    fn of_kind(kind: &'a Kind, attributes: &'a [String]) -> Self {
        match kind {
            Kind::Unit => Self::Nothing,
            Kind::Newtype(form) => Self::Form(form),
            Kind::Tuple(parts) => Self::Tuple(parts.iter().collect()),
            Kind::Struct(fields) => Self::Struct(fields, attributes),
            Kind::Enum(variants) => Self::Enum(variants, attributes),
        }
    }
}
