//! The path of a type, by which schemas name it.

use proc_macro2::TokenStream;
use quote::quote;
use syn::ext::IdentExt;
use syn::{GenericParam, Generics, Ident, TypeParam};

/// A `&str`: where the type stands, what it is called, and the arguments of a generic one; `argument`
/// says how one prints.
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
            GenericParam::Const(parameter) => {
                let ident = &parameter.ident;
                Some(quote!(#ident))
            }
            GenericParam::Lifetime(_) => None,
        })
        .collect();
    if arguments.is_empty() {
        let name = format!("::{name}");
        return quote!(::core::concat!(::core::module_path!(), #name));
    }
    let places = vec!["{}"; arguments.len()].join(", ");
    let name = format!("::{name}<{places}>");
    quote!(&::std::format!(::core::concat!(::core::module_path!(), #name), #(#arguments),*))
}
