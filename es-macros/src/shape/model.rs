//! A type whose stored form can be described.

use syn::{Data, DeriveInput, Field, Fields, Generics, parse_quote};

use super::serde::Serde;
use super::source::source;
use crate::allow_deprecated::Deprecation;
use crate::crate_path::CratePath;
use crate::diagnostics::Errors;
use crate::keys::{self, ShapeFieldKeys};

pub(crate) struct Shape<'a> {
    pub(crate) input: &'a DeriveInput,
    /// The generics of the type, each parameter with a shape.
    pub(crate) generics: Generics,
    pub(crate) deprecation: Deprecation,
    /// True if the type as a whole is written or read by a function.
    pub(crate) is_by_function: bool,
    pub(crate) source: String,
    pub(crate) krate: CratePath<'a>,
}

impl<'a> Shape<'a> {
    pub(crate) fn new(
        input: &'a DeriveInput,
        krate: CratePath<'a>,
        errors: &mut Errors,
    ) -> Option<Self> {
        match &input.data {
            Data::Struct(data) => check(&data.fields, errors),
            Data::Enum(data) => {
                data.variants.iter().for_each(|variant| check(&variant.fields, errors));
            }
            Data::Union(_) => {
                errors
                    .at(&input.ident, "`Shape` goes on a struct or an enum; serde knows no union");
                return None;
            }
        }
        Some(Self {
            input,
            generics: generics(input, krate),
            deprecation: Deprecation::of(&input.attrs),
            is_by_function: Serde::of(&input.attrs).is_by_function(),
            source: source(input),
            krate,
        })
    }
}

fn generics(input: &DeriveInput, krate: CratePath<'_>) -> Generics {
    let mut generics = input.generics.clone();
    for parameter in generics.type_params_mut() {
        parameter.bounds.push(parse_quote!(#krate::Shape));
    }
    generics
}

fn check(fields: &Fields, errors: &mut Errors) {
    for field in fields {
        keys::read_field::<ShapeFieldKeys>(&field.attrs, errors);
    }
}

/// True if a field declares the shape of its type opaque. Mistakes in the annotation were reported
/// when it was checked.
pub(crate) fn is_opaque(field: &Field) -> bool {
    let mut told = Errors::default();
    let keys: ShapeFieldKeys = keys::read_field(&field.attrs, &mut told);
    drop(told.report());
    keys.is_opaque
}
