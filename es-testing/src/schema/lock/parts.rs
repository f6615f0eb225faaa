//! Every form within a schema.

use std::collections::BTreeSet;

use es_core::shape::{Form, Kind, Schema};

/// The names of types with a definition that the schema refers to.
pub(super) fn named(schema: &Schema) -> BTreeSet<&str> {
    let forms = every(schema).into_iter();
    forms
        .filter_map(|form| if let Form::Named(name) = form { Some(&**name) } else { None })
        .collect()
}

/// The names of types that cannot be looked into.
pub(super) fn opaque(schema: &Schema) -> BTreeSet<&str> {
    let forms = every(schema).into_iter();
    forms
        .filter_map(|form| if let Form::Opaque(name) = form { Some(&**name) } else { None })
        .collect()
}

fn every(schema: &Schema) -> Vec<&Form> {
    let mut forms = Vec::new();
    of_form(&schema.form, &mut forms);
    for definition in schema.definitions.values() {
        of_kind(&definition.kind, &mut forms);
    }
    forms
}

fn of_kind<'a>(kind: &'a Kind, forms: &mut Vec<&'a Form>) {
    match kind {
        Kind::Unit => {}
        Kind::Newtype(form) => of_form(form, forms),
        Kind::Tuple(parts) => parts.iter().for_each(|part| of_form(part, forms)),
        Kind::Struct(fields) => fields.iter().for_each(|field| of_form(&field.form, forms)),
        Kind::Enum(variants) => {
            variants.variants.iter().for_each(|variant| of_kind(&variant.kind, forms));
        }
    }
}

fn of_form<'a>(form: &'a Form, forms: &mut Vec<&'a Form>) {
    forms.push(form);
    match form {
        Form::Option(inner) | Form::List(inner) | Form::Set(inner) | Form::Array(inner, _) => {
            of_form(inner, forms);
        }
        Form::Map(key, value) => {
            of_form(key, forms);
            of_form(value, forms);
        }
        Form::Tuple(parts) => parts.iter().for_each(|part| of_form(part, forms)),
        _ => {}
    }
}
