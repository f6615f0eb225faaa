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
    let imports = imports(model);
    let bounds = bounds(model);
    let mut generics = model.input.generics.clone();
    generics.params.push(parse_quote!(__Db: ::core::marker::Send));
    let (impl_generics, _, _) = generics.split_for_impl();
    let (_, ty_generics, where_clause) = model.input.generics.split_for_impl();
    let predicates = where_clause.map(|clause| &clause.predicates);
    quote! {
        #deprecation
        const _: () = {
            #imports

            #[automatically_derived]
            #[diagnostic::do_not_recommend]
            impl #impl_generics #krate::Projects<__Db> for #ident #ty_generics
            where
                Self: #(#bounds)+*,
                #predicates
            {
                #projected

                #react
            }
        };
    }
}

/// Short names for the traits that every event needs.
fn imports(model: &Projection<'_>) -> TokenStream {
    let Projection { krate, .. } = model;
    let project = (!handled(model).is_empty()).then(|| quote!(use #krate::Project as __Project;));
    let react = (!model.effects.is_empty()).then(|| quote!(use #krate::React as __React;));
    quote!(#project #react)
}

/// The events that have a handler each.
fn handled<'m>(model: &'m Projection<'_>) -> Vec<&'m Member<'m>> {
    if model.bulk.is_some() {
        return Vec::new();
    }
    model.set.members.iter().filter(|member| model.handles(member)).collect()
}

/// What must be there for a `Db`.
fn bounds(model: &Projection<'_>) -> Vec<TokenStream> {
    let Projection { krate, .. } = model;
    let all = model.bulk.map(|_| quote!(#krate::ProjectAll<__Db>));
    let handled = handled(model);
    let each = handled.iter().map(|Member { event, .. }| quote!(__Project<#event, __Db>));
    let effects = model.effects.iter().map(|Effect { event, .. }| quote!(__React<#event, __Db>));
    all.into_iter().chain(each).chain(effects).collect()
}

/// Each event to its handler.
fn one_by_one(model: &Projection<'_>) -> TokenStream {
    let ident = &model.set.ident;
    let arms = model.set.members.iter().map(|member| {
        let variant = member.variant;
        if model.handles(member) {
            arm(model, variant, &quote!(__Project::project))
        } else {
            // It has an effect and no rows.
            quote!(#ident::#variant(_) => ::core::result::Result::Ok(()),)
        }
    });
    method(model, &quote!(project), &quote!(#(#arms)*))
}

/// Each event to its effect, if it has one.
fn react(model: &Projection<'_>) -> TokenStream {
    let effects = model.set.members.iter().filter(|member| model.reacts(member));
    let arms = effects.map(|member| arm(model, member.variant, &quote!(__React::react)));
    let others = (model.effects.len() < model.set.members.len())
        .then(|| quote!(_ => ::core::result::Result::Ok(()),));
    method(model, &quote!(react), &quote!(#(#arms)* #others))
}

fn arm(model: &Projection<'_>, variant: &Ident, handler: &TokenStream) -> TokenStream {
    let ident = &model.set.ident;
    quote!(#ident::#variant(__e) => #handler(self, __at.with_event(__e), __db).await,)
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
            let (__at, __event) = #krate::__private::apart(__event);
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
