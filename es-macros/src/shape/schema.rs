//! The schema of one version of an event, in which a type without `Shape` is opaque.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote};
use syn::ext::IdentExt;
use syn::{
    Attribute, ConstParam, Fields, GenericArgument, GenericParam, Generics, PathArguments, Type,
    TypeParam,
};

use super::source::text_of;
use super::stored::{Kind, Member, Place, Stored};
use super::versions::merged;

/// The expression for the schema of the struct `ident`, in its versions, the first one first; the
/// newest has these attributes. It stands where the names of `__private::stored` are in scope.
pub(crate) fn schema(
    ident: &Ident,
    generics: &Generics,
    attributes: &[Attribute],
    versions: &[&Fields],
) -> TokenStream {
    let name = ident.unraw().to_string();
    let arguments = arguments(generics);
    let stored = |fields| Stored::of_struct(attributes, fields);
    let Some(Stored { kind, others }) = versions.last().copied().map(stored) else {
        return TokenStream::new();
    };
    let others = with(&others);
    let (form, content) = match kind {
        Kind::Newtype(place) => (quote!(__newtype), Some(type_form(place))),
        Kind::Tuple(places) => {
            let places = places.into_iter().map(type_form);
            (quote!(__tuple), Some(quote!([#(#places),*])))
        }
        Kind::Object(_) => {
            let versions = versions.iter().copied().map(|fields| members(&stored(fields)));
            let members = merged(versions.collect());
            (quote!(__object), Some(quote!([#(#members),*])))
        }
        // A struct is none of the others.
        Kind::Unit | Kind::Enum(..) | Kind::ByFunction(_) => (quote!(__null), None),
    };
    let content = content.into_iter();
    quote!(#form(::core::module_path!(), #name #(, #content)*) #arguments #others)
}

fn members(stored: &Stored<'_>) -> Vec<TokenStream> {
    match &stored.kind {
        Kind::Object(members) => members.iter().map(member).collect(),
        _ => Vec::new(),
    }
}

/// The arguments of a generic struct, which are in its path.
fn arguments(generics: &Generics) -> Option<TokenStream> {
    let arguments: Vec<_> = generics
        .params
        .iter()
        .filter_map(|parameter| match parameter {
            GenericParam::Type(TypeParam { ident, .. }) => {
                Some(quote!(&::core::any::type_name::<#ident>()))
            }
            GenericParam::Const(ConstParam { ident, .. }) => Some(quote!(&#ident)),
            GenericParam::Lifetime(_) => None,
        })
        .collect();
    (!arguments.is_empty()).then(|| quote!(.of(&[#(#arguments),*])))
}

/// The remaining serde attributes.
fn with(others: &[String]) -> Option<TokenStream> {
    (!others.is_empty()).then(|| quote!(.with(&[#(#others),*])))
}

fn member(member: &Member<'_>) -> TokenStream {
    let Member { name, place, is_optional, is_flattened, others } = member;
    let form = type_form(*place);
    let optional = (*is_optional && !is_flattened).then(|| quote!(.optional()));
    let flattened = is_flattened.then(|| quote!(.flattened()));
    let others = with(others);
    quote!(__field(#name, #form) #optional #flattened #others)
}

/// The most precise form that the type offers, unless a function writes it.
fn type_form(place: Place<'_>) -> TokenStream {
    let of = &place.field.ty;
    if place.is_by_function {
        let name = text_of(of.to_token_stream());
        return quote!(__opaque(#name));
    }
    form_of(of)
}

/// The call `__of::<Option<Owner>>("Option<Owner>").es_form_of(…)`: the type, and the type that it
/// holds.
fn form_of(of: &Type) -> TokenStream {
    let name = text_of(of.to_token_stream());
    if let Some(held) = held(of).map(form_of) {
        quote!(__of::<#of>(#name).es_form_of(#held))
    } else {
        quote!(__of::<#of>(#name).es_form())
    }
}

/// The `T` in `Option<T>`, `Vec<T>` and `Box<T>`. The compiler recognizes another type of such a
/// name, and finds no form within it.
fn held(of: &Type) -> Option<&Type> {
    let Type::Path(of) = of else {
        return None;
    };
    let last = of.path.segments.last()?;
    let is_known = ["Option", "Vec", "Box"].iter().any(|known| last.ident == known);
    match &last.arguments {
        PathArguments::AngleBracketed(arguments) if is_known && arguments.args.len() == 1 => {
            match arguments.args.first()? {
                GenericArgument::Type(held) => Some(held),
                _ => None,
            }
        }
        _ => None,
    }
}
