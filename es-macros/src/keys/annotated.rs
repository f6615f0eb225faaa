//! A struct with annotations on itself and on its fields.

use syn::{Attribute, Data, DeriveInput, Field};

use super::group::Keys;
use super::read::{ParsedKeys, read, read_field};
use crate::diagnostics::Errors;

/// A struct with the keys that are written on it and on its fields.
pub(crate) struct Annotated<'a, K, F> {
    pub(crate) keys: K,
    pub(crate) fields: Vec<AnnotatedField<'a, F>>,
    /// The findings on all fields.
    pub(crate) written_on_fields: ParsedKeys,
}

pub(crate) struct AnnotatedField<'a, F> {
    /// Its place in the struct, from 0.
    pub(crate) nth: u32,
    pub(crate) field: &'a Field,
    pub(crate) keys: F,
}

/// Reads the attributes of a struct and of its fields.
pub(crate) fn of_struct<'a, K: Keys, F: Keys>(
    input: &'a DeriveInput,
    errors: &mut Errors,
) -> Annotated<'a, K, F> {
    let keys = read(&input.attrs, errors);
    let (mut fields, mut written_on_fields) = (Vec::new(), ParsedKeys::default());
    for (nth, field) in (0..).zip(fields_of(input)) {
        let mut keys: F = read_field(&field.attrs, errors);
        written_on_fields.and(keys.written());
        fields.push(AnnotatedField { nth, field, keys });
    }
    Annotated { keys, fields, written_on_fields }
}

/// Reports the attribute of `K` on fields of a struct, where it would do nothing.
pub(crate) fn none_on_fields<K: Keys>(input: &DeriveInput, told: &str, errors: &mut Errors) {
    none_among::<K>(fields_of(input).flat_map(|field| &field.attrs), told, errors);
}

/// Reports the attribute of `K` on variants of an enum, where it would do nothing.
pub(crate) fn none_on_variants<K: Keys>(input: &DeriveInput, told: &str, errors: &mut Errors) {
    let data = if let Data::Enum(data) = &input.data { Some(data) } else { None };
    let variants = data.into_iter().flat_map(|data| &data.variants);
    none_among::<K>(variants.flat_map(|variant| &variant.attrs), told, errors);
}

fn none_among<'a, K: Keys>(
    attrs: impl Iterator<Item = &'a Attribute>,
    told: &str,
    errors: &mut Errors,
) {
    for attr in attrs.filter(|attr| attr.path().is_ident(K::VOCABULARY.attribute)) {
        errors.at(attr.path(), told);
    }
}

fn fields_of(input: &DeriveInput) -> impl Iterator<Item = &Field> {
    let data = if let Data::Struct(data) = &input.data { Some(data) } else { None };
    data.into_iter().flat_map(|data| &data.fields)
}
