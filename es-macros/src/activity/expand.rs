//! The expansion of `#[derive(Activity)]`.

use proc_macro2::TokenStream;
use quote::quote;
use syn::Data;

use super::model::Activity;
use crate::allow_deprecated::Deprecation;

pub(crate) fn activity(model: &Activity<'_>) -> TokenStream {
    // A union cannot have the derives that an activity needs: each would be told of again.
    if matches!(model.input.data, Data::Union(_)) {
        return TokenStream::new();
    }
    let Activity { name, output, krate, .. } = model;
    let ident = &model.input.ident;
    let deprecation = Deprecation::of(&model.input.attrs);
    let version = (model.version != 1).then(|| version(model));
    let (impl_generics, ty_generics, where_clause) = model.generics.split_for_impl();
    quote! {
        #[automatically_derived]
        #deprecation
        impl #impl_generics #krate::process::Activity for #ident #ty_generics #where_clause {
            const NAME: &'static ::core::primitive::str = #name;
            #version
            type Output = #output;
        }
    }
}

/// The constant for the version, where it differs from the trait's default.
fn version(model: &Activity<'_>) -> TokenStream {
    let Activity { version, krate, .. } = model;
    quote!(const VERSION: #krate::SchemaVersion = #krate::SchemaVersion(#version);)
}
