//! The path of a type, by which schemas name it.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::ext::IdentExt;
use syn::{GenericParam, Generics, Ident, TypeParam};

/// The argument of `path!`, which makes a `&str` of it: the name of the type, and the arguments of
/// a generic one; `argument` prints one of them.
pub(crate) fn path(
    ident: &Ident,
    generics: &Generics,
    argument: impl Fn(&TypeParam) -> TokenStream,
) -> TokenStream {
    let name = ident.unraw();
    let arguments: Vec<_> = generics
        .params
        .iter()
        .filter_map(|parameter| match parameter {
            GenericParam::Type(parameter) => Some(argument(parameter)),
            GenericParam::Const(parameter) => Some(parameter.ident.to_token_stream()),
            GenericParam::Lifetime(_) => None,
        })
        .collect();
    if arguments.is_empty() {
        return format!("::{name}").to_token_stream();
    }
    let places = vec!["{}"; arguments.len()].join(", ");
    let name = format!("::{name}<{places}>");
    quote!(#name [#(#arguments),*])
}
