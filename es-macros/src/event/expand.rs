//! What `#[derive(Event)]` writes.

use proc_macro2::TokenStream;
use quote::quote;
use syn::Data;

use super::model::Event;
use super::parse::{FIELD_VOCABULARY, VOCABULARY};
use crate::deprecation::Deprecation;
use crate::describe::describe;
use crate::shape::schema;

pub(crate) fn event(model: &Event<'_>) -> TokenStream {
    let completion = model.written.completion(&VOCABULARY, model.krate);
    let on_fields = model.written_on_fields.completion(&FIELD_VOCABULARY, model.krate);
    // A union cannot have the derives that an event needs: each would be told of again.
    let is_union = matches!(model.input.data, Data::Union(_));
    let event = (!is_union).then(|| implementation(model));
    let described = describe(model.input, &model.generics, model.krate);
    quote!(#completion #on_fields #event #described)
}

fn implementation(model: &Event<'_>) -> TokenStream {
    let Event { name, version, krate, .. } = model;
    let ident = &model.input.ident;
    let deprecation = Deprecation::of(&model.input.attrs);
    let tags = (!model.tags.is_empty()).then(|| tags(model));
    let schemas = schemas(model);
    let tagged = (!model.tags.is_empty()).then(|| tagged(model));
    let (impl_generics, ty_generics, where_clause) = model.generics.split_for_impl();
    quote! {
        #[automatically_derived]
        #deprecation
        impl #impl_generics #krate::Event for #ident #ty_generics #where_clause {
            const NAME: &'static str = #name;
            const VERSION: #krate::SchemaVersion = #krate::SchemaVersion(#version);
            #tags
            #schemas
        }

        #tagged
    }
}

/// The schema of the current version.
fn schemas(model: &Event<'_>) -> TokenStream {
    let Event { krate, input, .. } = model;
    // An enum, which is a mistake here, was told.
    let Data::Struct(data) = &input.data else {
        return TokenStream::new();
    };
    let (attributes, fields) = (&input.attrs, &data.fields);
    let schema = schema(&input.ident, &input.generics, attributes, fields, *krate);
    quote! {
        fn schemas() -> #krate::__private::shape::Schemas {
            #krate::__private::shape::only::<Self>(#schema)
        }
    }
}

fn tags(model: &Event<'_>) -> TokenStream {
    let Event { krate, .. } = model;
    let names = model.tags.iter().map(|tag| &tag.name);
    let tags = model.tags.iter().map(|tag| tag.tag(*krate));
    quote! {
        const TAGS: &'static [&'static ::core::primitive::str] = &[#(#names),*];

        fn tags(
            &self,
        ) -> ::core::result::Result<::std::vec::Vec<#krate::Tag>, #krate::InvalidText> {
            #krate::__private::tags([#(#tags),*])
        }
    }
}

/// So that a decision which names an event without tags is told so by the compiler.
fn tagged(model: &Event<'_>) -> TokenStream {
    let Event { krate, .. } = model;
    let ident = &model.input.ident;
    let deprecation = Deprecation::of(&model.input.attrs);
    let (impl_generics, ty_generics, where_clause) = model.generics.split_for_impl();
    quote! {
        #[automatically_derived]
        #deprecation
        impl #impl_generics #krate::Tagged for #ident #ty_generics #where_clause {}
    }
}
