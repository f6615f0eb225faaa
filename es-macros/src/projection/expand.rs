//! The expansion of `#[derive(Projection)]`.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::Data;
use syn::ext::IdentExt;

use super::model::Projection;
use super::{dispatch, handlers};
use crate::allow_deprecated::Deprecation;
use crate::event_enum;
use crate::event_set;
use crate::keys::Start;
use crate::paths;

pub(crate) fn projection(model: &Projection<'_>) -> TokenStream {
    let set = &model.set;
    // An enum, which is a mistake that was told, is one all the same, with the handlers that it has.
    let is_struct = matches!(model.input.data, Data::Struct(_));
    let projection = {
        let projection = implementation(model);
        let projects = dispatch::projects(model);
        quote!(#projection #projects)
    };
    let doc = format!("Everything that [`{}`] follows.", model.input.ident.unraw());
    let definition = event_enum::documented(&doc, model.input, set);
    if set.has_non_members {
        // A parameter too many was told of; any trait of the enum would tell of it again.
        return definition;
    }
    if set.is_empty() {
        let definition = event_enum::of_nothing(model.input, set);
        return quote!(#definition #projection);
    }
    let event_enum = event_enum::implementations(set);
    let event_set = event_set::implementations(set);
    let checks = is_struct.then(|| handlers::every_event_has_one(model));
    let scope = event_set::in_its_own_scope(set, &quote!(#event_enum #event_set #checks));
    quote!(#scope #definition #projection)
}

fn implementation(model: &Projection<'_>) -> TokenStream {
    let Projection { name, version, krate, .. } = model;
    let ident = &model.input.ident;
    let event = &model.set.ident;
    let deprecation = Deprecation::of(&model.input.attrs);
    let has_effects = (!model.effects.is_empty()).then(|| {
        let start = start(model);
        quote!(
            const HAS_EFFECTS: ::core::primitive::bool = true;
            const EFFECTS_START: #krate::Start = #start;
        )
    });
    let key = key(model);
    let (impl_generics, ty_generics, where_clause) = model.input.generics.split_for_impl();
    quote! {
        #[automatically_derived]
        #deprecation
        impl #impl_generics #krate::Projection for #ident #ty_generics #where_clause {
            const NAME: &'static ::core::primitive::str = #name;
            const VERSION: ::core::primitive::u32 = #version;
            type Event = #event #ty_generics;
            #has_effects
            #key
        }
    }
}

/// The start of the effects of a new projection.
fn start(model: &Projection<'_>) -> TokenStream {
    let Projection { krate, .. } = model;
    match model.start {
        Start::Now => quote!(#krate::Start::Now),
        Start::Beginning => quote!(#krate::Start::Beginning),
        Start::After(position) => quote!(#krate::Start::After(#krate::Position(#position))),
    }
}

/// The method that reads the declared key, in place of the stream.
fn key(model: &Projection<'_>) -> Option<TokenStream> {
    let Projection { krate, .. } = model;
    let function = model.key?;
    let word = paths::text(function);
    // What the function returns is blamed on its name.
    let blame = function.segments.last().map_or_else(Span::call_site, |last| last.ident.span());
    let returned = quote_spanned!(blame=> _);
    Some(quote! {
        fn key(
            __stored: &#krate::RecordedEvent,
        ) -> ::core::result::Result<#krate::ProjectionKey, #krate::projection::KeyError> {
            #krate::__private::key::<Self::Event, #returned>(__stored, #function)
        }

        const KEYED_BY: &'static ::core::primitive::str = #word;
    })
}
