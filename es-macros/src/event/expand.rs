//! What `#[derive(Event)]` writes.

use proc_macro2::TokenStream;
use quote::quote;
use syn::Data;

use super::model::Event;
use super::parse::VOCABULARY;
use crate::deprecation::Deprecation;
use crate::describe::describe;

pub(crate) fn event(model: &Event<'_>) -> TokenStream {
    let completion = model.written.completion(&VOCABULARY, model.krate);
    // A union cannot have the derives that an event needs: each would be told of again.
    let is_union = matches!(model.input.data, Data::Union(_));
    let event = (!is_union).then(|| implementation(model));
    let described = describe(model.input, &model.generics, model.krate);
    quote!(#completion #event #described)
}

fn implementation(model: &Event<'_>) -> TokenStream {
    let Event { name, version, krate, .. } = model;
    let ident = &model.input.ident;
    let deprecation = Deprecation::of(&model.input.attrs);
    let (impl_generics, ty_generics, where_clause) = model.generics.split_for_impl();
    quote! {
        #[automatically_derived]
        #deprecation
        impl #impl_generics #krate::Event for #ident #ty_generics #where_clause {
            const NAME: &'static str = #name;
            const VERSION: #krate::SchemaVersion = #krate::SchemaVersion(#version);
        }
    }
}
