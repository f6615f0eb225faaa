//! The expansion of `#[derive(Event)]`.

use proc_macro2::{Ident, Literal, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::Data;

use super::history::History;
use super::mirrors;
use super::model::Event;
use super::past::{Past, Previous};
use crate::allow_deprecated::Deprecation;
use crate::crate_path::CratePath;
use crate::describe::describe_in_scope;
use crate::shape::schema;
use crate::tags::TagField;

pub(crate) fn event(model: &Event<'_>) -> TokenStream {
    // A union cannot have the derives that an event needs: each would be told of again.
    let is_union = matches!(model.input.data, Data::Union(_));
    let event = (!is_union).then(|| implementation(model));
    let described = describe_in_scope(model.input, &model.generics);
    let deprecation = Deprecation::of(&model.input.attrs);
    let krate = model.krate;
    quote! {
        #deprecation
        const _: () = {
            use #krate::__private::derived::*;
            #event
            #described
        };
    }
}

fn implementation(model: &Event<'_>) -> TokenStream {
    let tagged = model.home().map(|_| tagged(model));
    let event = match &model.past {
        Past::None => event_impl(model, &TokenStream::new()),
        Past::Previous(previous) => of_previous(model, previous),
        Past::Fields(history) => of_history(model, history),
    };
    let fields = model.tags.iter().enumerate().filter_map(|(nth, tag)| tag_at(model, nth, tag));
    quote!(#event #tagged #(#fields)*)
}

/// The implementation of `Event`; `past` are the items by which older versions are read.
fn event_impl(model: &Event<'_>, past: &TokenStream) -> TokenStream {
    let Event { name, aliases, .. } = model;
    let version = (model.version != 1).then(|| version(model));
    let ident = &model.input.ident;
    let deprecation = Deprecation::of(&model.input.attrs);
    let tags = (!model.tags.is_empty()).then(|| tags(model));
    let home = model.home().map(|tag| home(model, tag));
    let aliases = (!aliases.is_empty()).then(
        || quote!(const ALIASES: &'static [&'static ::core::primitive::str] = &[#(#aliases),*];),
    );
    let unchecked = model.is_unchecked.then(|| {
        quote!(
            const CHECKED: ::core::primitive::bool = false;
        )
    });
    // Borrowed data, which is told already, has no form that outlives it.
    let is_owned = model.input.generics.lifetimes().next().is_none();
    let stored = is_owned.then(|| stored(model));
    let (impl_generics, ty_generics, where_clause) = model.generics.split_for_impl();
    quote! {
        #[automatically_derived]
        #deprecation
        impl #impl_generics __Event for #ident #ty_generics #where_clause {
            const NAME: &'static str = #name;
            #version
            #aliases
            #unchecked
            #tags
            #home
            #past
            #stored
        }
    }
}

/// The constant for the version, where it differs from the trait's default.
fn version(model: &Event<'_>) -> TokenStream {
    let Event { version, krate, .. } = model;
    quote!(const VERSION: #krate::SchemaVersion = #krate::SchemaVersion(#version);)
}

/// The implementation that reads older versions as the previous struct. A check that it is the
/// right one stands beside the event; for a generic event it runs where the event is first read.
fn of_previous(model: &Event<'_>, previous: &Previous<'_>) -> TokenStream {
    let Event { krate, .. } = model;
    let ty = previous.ty;
    let this = &model.input.ident;
    let deprecation = Deprecation::of(&model.input.attrs);
    let is_generic = !model.input.generics.params.is_empty();
    let late = is_generic.then(|| {
        let follows = follows(&quote!(Self), previous, *krate);
        quote!(const { #follows })
    });
    let upcasting = quote! {
        #late
        <#ty as #krate::__private::PreviousOf<Self>>::upcast_from(__version, __payload)
    };
    let event = event_impl(model, &decode_past(*krate, &upcasting));
    if is_generic {
        return event;
    }
    let follows = follows(&this.to_token_stream(), previous, *krate);
    quote! {
        #event

        #deprecation
        const _: () = #follows;
    }
}

fn follows(this: &TokenStream, previous: &Previous<'_>, krate: CratePath<'_>) -> TokenStream {
    let ty = previous.ty;
    let types = quote! {
        #krate::EventType::of::<#this>(), <#ty as #krate::__private::PreviousOf<#this>>::TYPE
    };
    // The compiler underlines from the first token of the call to its last. Only these two have the
    // place of the word.
    let check = Ident::new("__follows", previous.blame);
    let types = quote_spanned!(previous.blame=> (#types));
    quote!({ use #krate::__private::follows as __follows; #check #types })
}

/// The implementation that reads older versions by the history of the fields.
fn of_history(model: &Event<'_>, history: &History<'_>) -> TokenStream {
    let Event { krate, .. } = model;
    let mirrors = mirrors::mirrors(history, &model.input.ident, *krate);
    let event = event_impl(model, &decode_past(*krate, &mirrors::upcast_from(history)));
    quote!(#mirrors #event)
}

fn decode_past(krate: CratePath<'_>, body: &TokenStream) -> TokenStream {
    quote! {
        fn decode_past(
            __version: #krate::SchemaVersion,
            __payload: &#krate::Payload,
        ) -> ::core::result::Result<Self, #krate::DecodeError> {
            #body
        }
    }
}

/// The fields of all versions as data, which is also how an event says that it is derived.
fn stored(model: &Event<'_>) -> TokenStream {
    let Event { krate, input, .. } = model;
    // An enum, which is a mistake here, was told.
    let Data::Struct(data) = &input.data else {
        return TokenStream::new();
    };
    let past: Vec<_> = match &model.past {
        Past::Fields(history) => mirrors::past(history).collect(),
        Past::None | Past::Previous(_) => Vec::new(),
    };
    let versions: Vec<_> = past.iter().chain([&data.fields]).collect();
    let schema = schema(&input.ident, &input.generics, &input.attrs, &versions);
    let older = match &model.past {
        Past::None => None,
        Past::Previous(Previous { ty, .. }) => {
            Some(quote!(.after(<#ty as #krate::__private::PreviousOf<Self>>::schemas)))
        }
        Past::Fields(_) => {
            let versions = Literal::usize_unsuffixed(versions.len());
            Some(quote!(.versions(#versions)))
        }
    };
    quote! {
        const STORED: __MaybeStored = __Some(|| #schema #older);
    }
}

fn tags(model: &Event<'_>) -> TokenStream {
    let Event { krate, .. } = model;
    let names = model.tags.iter().map(|tag| &tag.name);
    let tags = model.tags.iter().map(|tag| tag.tags(*krate));
    quote! {
        const TAGS: __TagNames = &[#(#names),*];

        fn tags(&self) -> __Tags {
            #krate::__private::all_tags([#(#tags),*])
        }
    }
}

fn home(model: &Event<'_>, home: &TagField<'_>) -> TokenStream {
    let Event { krate, .. } = model;
    let name = &home.name;
    quote! {
        const HOME: #krate::__private::HomeName = ::core::option::Option::Some(#name);
    }
}

/// The implementation of `Tagged`, by which the compiler rejects a decision that names an event
/// without a home.
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

/// The implementation by which a saga reads the tag at `nth`, if it is the value of the field.
fn tag_at(model: &Event<'_>, nth: usize, tag: &TagField<'_>) -> Option<TokenStream> {
    let (member, ty) = tag.value()?;
    let ident = &model.input.ident;
    let deprecation = Deprecation::of(&model.input.attrs);
    let nth = Literal::usize_unsuffixed(nth);
    let (impl_generics, ty_generics, where_clause) = model.generics.split_for_impl();
    Some(quote! {
        #deprecation
        impl #impl_generics __TagAt<#nth> for #ident #ty_generics #where_clause {
            type Value = #ty;
            fn value(&self) -> &#ty {
                &self.#member
            }
        }
    })
}
