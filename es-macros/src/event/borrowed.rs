//! The rule that a field of an event borrows nothing, since it is read from a store.

use quote::ToTokens;
use syn::{Data, DeriveInput, Field, GenericArgument, PathArguments, Type, TypeReference};

use super::carried_serde_attrs::Carried;
use crate::diagnostics::Errors;
use crate::paths;

/// The words by which serde reads a field in another way than by its type.
const READ_OTHERWISE: &[&str] = &["skip", "skip_deserializing", "deserialize_with", "with"];

/// True if no field holds a reference. Reports each one: serde would say that its `Deserialize` is not
/// general enough, and not in which field.
///
/// A type whose name alone is known may hold one all the same. A `#[serde(from = …)]` on the struct
/// changes nothing: serde asks `&'static str` and `&'static [u8]` to live as long as its input there too.
pub(super) fn borrows_nothing(input: &DeriveInput, errors: &mut Errors) -> bool {
    let Data::Struct(data) = &input.data else {
        return true;
    };
    let mut is_owned = true;
    for reference in data.fields.iter().filter(|field| is_read(field)).flat_map(references) {
        is_owned = false;
        errors.at(
            reference,
            format_args!(
                "a field of an event owns its data, since it is read from a store; \
                 write `{}` in place of `{}`",
                owned(reference),
                written(reference)
            ),
        );
    }
    is_owned
}

/// True if serde reads the field by its type.
fn is_read(field: &Field) -> bool {
    !Carried::all(&field.attrs).iter().any(|word| word.is_one_of(READ_OTHERWISE))
}

fn references(field: &Field) -> Vec<&TypeReference> {
    references_in(&field.ty)
}

fn references_in(ty: &Type) -> Vec<&TypeReference> {
    match ty {
        Type::Reference(reference) => vec![reference],
        Type::Array(array) => references_in(&array.elem),
        Type::Slice(slice) => references_in(&slice.elem),
        Type::Paren(paren) => references_in(&paren.elem),
        Type::Group(group) => references_in(&group.elem),
        Type::Tuple(tuple) => tuple.elems.iter().flat_map(references_in).collect(),
        Type::Path(path) => {
            let segments = path.path.segments.iter();
            // It holds nothing.
            let segments = segments.filter(|segment| segment.ident != "PhantomData");
            segments.flat_map(|segment| references_in_arguments(&segment.arguments)).collect()
        }
        _ => Vec::new(),
    }
}

fn references_in_arguments(arguments: &PathArguments) -> Vec<&TypeReference> {
    let PathArguments::AngleBracketed(arguments) = arguments else {
        return Vec::new();
    };
    let types = arguments.args.iter().filter_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    });
    types.flat_map(references_in).collect()
}

/// The type that owns what the reference leads to.
fn owned(reference: &TypeReference) -> String {
    match &*reference.elem {
        Type::Path(path) if path.path.is_ident("str") => "String".to_owned(),
        Type::Slice(slice) => format!("Vec<{}>", paths::text(&slice.elem)),
        other => paths::text(other),
    }
}

/// The reference as it was written: the blank before the type would be lost.
fn written(reference: &TypeReference) -> String {
    let lifetime = reference.lifetime.as_ref().map(|lifetime| format!("{lifetime} "));
    let mutable = reference.mutability.map(|_| "mut ");
    format!(
        "&{}{}{}",
        lifetime.unwrap_or_default(),
        mutable.unwrap_or_default(),
        paths::text(&reference.elem.to_token_stream())
    )
}
