//! The expansion of `#[derive(DecisionModel)]`.

use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::Data;

use super::model::DecisionModel;
use crate::allow_deprecated::Deprecation;
use crate::event_enum;
use crate::event_set;

pub(crate) fn decision_model(model: &DecisionModel<'_>) -> TokenStream {
    let set = &model.set;
    // An enum, which is a mistake that was told, has none of the derives that a model needs.
    let is_struct = matches!(model.input.data, Data::Struct(_));
    let decision_model = is_struct.then(|| implementation(model));
    if model.is_aggregate {
        // The derive of the aggregate has told what is wrong with the list, and has written the enum.
        let decision_model = decision_model.filter(|_| !set.has_non_members && !set.is_empty());
        let carried = (!set.is_generic()).then(|| carried_alone(model));
        let carried = carried.filter(|_| decision_model.is_some());
        return quote!(#carried #decision_model);
    }
    if set.has_non_members {
        // A parameter too many was told of; any trait of the enum would tell of it again.
        return event_enum::definition(model.input, set);
    }
    if set.is_empty() {
        let definition = event_enum::of_nothing(model.input, set);
        return quote!(#definition #decision_model);
    }
    let event_enum = event_enum::implementations(set);
    let event_set = event_set::implementations(set);
    let carried = (!set.is_generic()).then(|| {
        let checks = every_event_carries_the_tags(model);
        quote!(const _: () = { #checks };)
    });
    let scope = event_set::in_its_own_scope(set, &quote!(#event_enum #event_set #carried));
    let definition = event_enum::definition(model.input, set);
    quote!(#scope #definition #decision_model)
}

/// The checks of the tags, without the enum that they stand beside otherwise.
fn carried_alone(model: &DecisionModel<'_>) -> TokenStream {
    let deprecation = Deprecation::of(&model.input.attrs);
    let checks = every_event_carries_the_tags(model);
    quote! {
        #deprecation
        const _: () = { #checks };
    }
}

fn implementation(model: &DecisionModel<'_>) -> TokenStream {
    let DecisionModel { krate, .. } = model;
    let ident = &model.input.ident;
    let event = &model.set.ident;
    let deprecation = Deprecation::of(&model.input.attrs);
    let query = query(model);
    let condition = (!model.tolerated.is_empty()).then(|| condition(model));
    let dispatch = if model.is_aggregate {
        quote!(<Self as #krate::Aggregate>::evolve(self, __e))
    } else {
        event_enum::dispatch(&model.set)
    };
    let (impl_generics, ty_generics, where_clause) = model.input.generics.split_for_impl();
    quote! {
        #[automatically_derived]
        #deprecation
        impl #impl_generics #krate::DecisionModel for #ident #ty_generics #where_clause {
            type Event = #event #ty_generics;

            #query

            #condition

            fn evolve(&mut self, __e: #event #ty_generics) {
                #dispatch
            }
        }
    }
}

fn query(model: &DecisionModel<'_>) -> TokenStream {
    let DecisionModel { krate, .. } = model;
    let late = model.set.is_generic().then(|| every_event_carries_the_tags(model));
    let late = late.map(|checks| quote!(const { #checks }));
    let tags = tags(model);
    quote! {
        fn query(&self) -> ::core::result::Result<#krate::Query, #krate::InvalidQuery> {
            #late
            #krate::__private::query::<Self>(&[], #tags)
        }
    }
}

fn condition(model: &DecisionModel<'_>) -> TokenStream {
    let DecisionModel { krate, .. } = model;
    let tolerated = model.tolerated.iter().map(|entry| &entry.path);
    let tags = tags(model);
    quote! {
        fn condition(&self) -> ::core::result::Result<#krate::Query, #krate::InvalidQuery> {
            use #krate::__private::set::*;
            #krate::__private::query::<Self>(
                &[#(<#tolerated as __Listed<Self::Event>>::MEMBER.event),*],
                #tags,
            )
        }
    }
}

fn tags(model: &DecisionModel<'_>) -> TokenStream {
    let tags = model.tags.iter().map(|tag| tag.tags(model.krate));
    quote!([#(#tags),*])
}

/// Checks that every event carries the tags of the model: without them it would never match the
/// query.
fn every_event_carries_the_tags(model: &DecisionModel<'_>) -> TokenStream {
    if model.tags.is_empty() {
        return TokenStream::new();
    }
    let krate = &model.krate;
    let tags = model.tags.iter().map(|tag| {
        let name = &tag.name;
        let sentence = format!(
            "this event has no tag `{name}`, so that the model would never know of it; \
             put `#[event(tag)]` on its field `{name}`, or take the event off the list"
        );
        quote!((#name, #sentence))
    });
    let (_, ty_generics, _) = model.set.generics.split_for_impl();
    let set = &model.set.ident;
    let checks = model.set.members.iter().map(|member| {
        let event = member.event;
        carries(member.blame, &quote!(<#event as __Listed<#set #ty_generics>>))
    });
    let superseded = model
        .set
        .superseded
        .iter()
        .map(|superseded| carries(superseded.blame, &event_set::reads(&model.set, superseded)));
    quote! {
        use #krate::__private::set::*;
        const __TAGS: &[(&::core::primitive::str, &::core::primitive::str)] = &[#(#tags),*];
        #(#checks)*
        #(#superseded)*
    }
}

fn carries(blame: Span, listed: &TokenStream) -> TokenStream {
    // As in the checks of the names: the parentheses have the place of the event.
    let check = event_set::in_parentheses(quote!(__carries), blame);
    let tags = event_set::in_parentheses(quote!(#listed::MEMBER.event.tags, __TAGS), blame);
    quote!(#check #tags;)
}
