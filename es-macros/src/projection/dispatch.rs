//! From an event of the enum to the handler of its type, for every `Db` that all of them write into.

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use syn::parse_quote;

use super::model::{Effect, Projection};
use crate::deprecation::Deprecation;
use crate::event_set::Member;

pub(crate) fn projects(model: &Projection<'_>) -> TokenStream {
    let Projection { krate, .. } = model;
    let ident = &model.input.ident;
    let deprecation = Deprecation::of(&model.input.attrs);
    let projected = if model.bulk.is_some() { at_once(model) } else { one_by_one(model) };
    let react = (!model.effects.is_empty()).then(|| react(model));
    let bounds = bounds(model);
    let mut generics = model.input.generics.clone();
    generics.params.push(parse_quote!(__Db: ::core::marker::Send));
    let (impl_generics, _, _) = generics.split_for_impl();
    let (_, ty_generics, where_clause) = model.input.generics.split_for_impl();
    let predicates = where_clause.map(|clause| &clause.predicates);
    quote! {
        #[automatically_derived]
        #deprecation
        impl #impl_generics #krate::Projects<__Db> for #ident #ty_generics
        where #(Self: #bounds,)* #predicates
        {
            #projected

            #react
        }
    }
}

/// What must be there for a `Db`.
fn bounds(model: &Projection<'_>) -> Vec<TokenStream> {
    let Projection { krate, .. } = model;
    let mut bounds = Vec::new();
    if model.bulk.is_some() {
        bounds.push(quote!(#krate::ProjectAll<__Db>));
    } else {
        let handled = model.set.members.iter().filter(|member| model.handles(member));
        bounds.extend(handled.map(|member| {
            let event = member.event;
            quote!(#krate::Project<#event, __Db>)
        }));
    }
    bounds.extend(
        model.effects.iter().map(|Effect { event, .. }| quote!(#krate::React<#event, __Db>)),
    );
    bounds
}

/// Each event to its handler.
fn one_by_one(model: &Projection<'_>) -> TokenStream {
    let Projection { krate, .. } = model;
    let ident = &model.set.ident;
    let arms = model.set.members.iter().map(|member| {
        let Member { variant, event, .. } = member;
        if model.handles(member) {
            let project = quote!(<Self as #krate::Project<#event, __Db>>::project);
            arm(model, variant, &project)
        } else {
            // It has an effect and no rows.
            quote!(#ident::#variant(_) => ::core::result::Result::Ok(()),)
        }
    });
    method(model, &quote!(project), &quote!(#(#arms)*))
}

/// Each event to its effect, if it has one.
fn react(model: &Projection<'_>) -> TokenStream {
    let Projection { krate, .. } = model;
    let effects = model.set.members.iter().filter(|member| model.reacts(member));
    let arms = effects.map(|Member { variant, event, .. }| {
        arm(model, variant, &quote!(<Self as #krate::React<#event, __Db>>::react))
    });
    let others = (model.effects.len() < model.set.members.len())
        .then(|| quote!(_ => ::core::result::Result::Ok(()),));
    method(model, &quote!(react), &quote!(#(#arms)* #others))
}

fn arm(model: &Projection<'_>, variant: &Ident, handler: &TokenStream) -> TokenStream {
    let ident = &model.set.ident;
    quote!(#ident::#variant(__e) => #handler(self, __place.with_event(__e), __db).await,)
}

/// A method that takes one event apart.
fn method(model: &Projection<'_>, name: &TokenStream, arms: &TokenStream) -> TokenStream {
    let Projection { krate, .. } = model;
    quote! {
        async fn #name(
            &self,
            __event: #krate::Recorded<Self::Event>,
            __db: &mut __Db,
        ) -> ::core::result::Result<(), #krate::ProjectError> {
            let (__place, __event) = #krate::__private::apart(__event);
            match __event { #arms }
        }
    }
}

/// Every event to the handler of many; none to nothing.
fn at_once(model: &Projection<'_>) -> TokenStream {
    let Projection { krate, .. } = model;
    quote! {
        const IS_BULK: ::core::primitive::bool = true;

        async fn project(
            &self,
            __event: #krate::Recorded<Self::Event>,
            __db: &mut __Db,
        ) -> ::core::result::Result<(), #krate::ProjectError> {
            <Self as #krate::ProjectAll<__Db>>::project_all(self, &[__event], __db).await
        }

        async fn project_all(
            &self,
            __events: ::std::vec::Vec<#krate::Recorded<Self::Event>>,
            __db: &mut __Db,
        ) -> ::core::result::Result<(), #krate::ProjectError> {
            if __events.is_empty() {
                return ::core::result::Result::Ok(());
            }
            <Self as #krate::ProjectAll<__Db>>::project_all(self, &__events, __db).await
        }
    }
}
