//! The dispatch from an event of the enum to the handler of its type.
//!
//! Each listed type of `db` has an implementation of its own, in which the compiler reports a
//! missing handler where its event is listed. Without a list there is one implementation for every
//! type that all handlers write into.

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::{Generics, Type, parse_quote};

use super::model::{Db, Effect, Projection};
use crate::allow_deprecated::Deprecation;
use crate::event_enum;
use crate::event_set::{EventSet, Member};

pub(crate) fn projects(model: &Projection<'_>) -> TokenStream {
    let deprecation = Deprecation::of(&model.input.attrs);
    let imports = imports(model);
    let implementations = match model.db {
        Db::Listed(types) => types.iter().map(|db| for_listed(model, db)).collect(),
        Db::OfTheHandlers => for_all(model),
    };
    quote! {
        #deprecation
        const _: () = {
            #imports
            #implementations
        };
    }
}

/// The implementation for a listed type.
fn for_listed(model: &Projection<'_>, db: &Type) -> TokenStream {
    let predicates = model.input.generics.where_clause.as_ref().map(|clause| &clause.predicates);
    implementation(model, &model.input.generics, Some(db), &quote!(#predicates))
}

/// The implementation for every type that all handlers write into.
fn for_all(model: &Projection<'_>) -> TokenStream {
    let mut generics = model.input.generics.clone();
    generics.params.push(parse_quote!(__Db: ::core::marker::Send));
    let bounds = bounds(model);
    let predicates = model.input.generics.where_clause.as_ref().map(|clause| &clause.predicates);
    implementation(model, &generics, None, &quote!(Self: #(#bounds)+*, #predicates))
}

fn implementation(
    model: &Projection<'_>,
    generics: &Generics,
    db: Option<&Type>,
    predicates: &TokenStream,
) -> TokenStream {
    let Projection { krate, .. } = model;
    let ident = &model.input.ident;
    let methods = match model.bulk {
        Some(bulk) => at_once(model, db, bulk.span()),
        None => one_by_one(model, db),
    };
    let react = (!model.effects.is_empty()).then(|| react(model, db));
    let (impl_generics, _, _) = generics.split_for_impl();
    let (_, ty_generics, _) = model.input.generics.split_for_impl();
    let db = name(db);
    quote! {
        #[automatically_derived]
        impl #impl_generics #krate::Projects<#db> for #ident #ty_generics
        where #predicates
        {
            #methods

            #react
        }
    }
}

/// The name of the type that the handlers write into, within the implementation for it.
fn name(db: Option<&Type>) -> TokenStream {
    db.map_or_else(|| quote!(__Db), ToTokens::to_token_stream)
}

/// Short names for the traits that every event needs.
fn imports(model: &Projection<'_>) -> TokenStream {
    let Projection { krate, .. } = model;
    let project = (!handled(model).is_empty()).then(|| quote!(use #krate::Project as __Project;));
    let react = (!model.effects.is_empty()).then(|| quote!(use #krate::React as __React;));
    let is_listed = matches!(model.db, Db::Listed(_));
    let is_known = is_listed && (project.is_some() || react.is_some());
    let known = is_known.then(|| event_enum::known(&model.set));
    quote!(#project #react #known)
}

/// The events that have a handler each.
fn handled<'m>(model: &'m Projection<'_>) -> Vec<&'m Member<'m>> {
    if model.bulk.is_some() {
        return Vec::new();
    }
    model.set.members.iter().filter(|member| model.handles(member)).collect()
}

/// The bounds on a `Db` that the handlers can write into.
fn bounds(model: &Projection<'_>) -> Vec<TokenStream> {
    let Projection { krate, .. } = model;
    let all = model.bulk.map(|_| quote!(#krate::ProjectAll<__Db>));
    let handled = handled(model);
    let each = handled.iter().map(|Member { event, .. }| quote!(__Project<#event, __Db>));
    let effects = model.effects.iter().map(|Effect { event, .. }| quote!(__React<#event, __Db>));
    all.into_iter().chain(each).chain(effects).collect()
}

/// The method that hands each event to its handler.
fn one_by_one(model: &Projection<'_>, db: Option<&Type>) -> TokenStream {
    let ident = &model.set.ident;
    let arms = model.set.members.iter().map(|member| {
        let Member { variant, event, blame } = member;
        if model.handles(member) {
            let handler = Handler {
                set: &model.set,
                of: quote!(__Project),
                event: Some(*event),
                method: "project",
            };
            let call = handler.call(&quote!(__at.with_event(__e)), db, *blame);
            quote!(#ident::#variant(__e) => #call,)
        } else {
            // It has an effect and no rows.
            quote!(#ident::#variant(_) => ::core::result::Result::Ok(()),)
        }
    });
    method(model, db, &quote!(project), &quote!(#(#arms)*))
}

/// The method that hands each event to its effect, if it has one.
fn react(model: &Projection<'_>, db: Option<&Type>) -> TokenStream {
    let ident = &model.set.ident;
    let arms = model.effects.iter().map(|Effect { event, variant, blame }| {
        let handler =
            Handler { set: &model.set, of: quote!(__React), event: Some(*event), method: "react" };
        let call = handler.call(&quote!(__at.with_event(__e)), db, *blame);
        quote!(#ident::#variant(__e) => #call,)
    });
    let others = (model.effects.len() < model.set.members.len())
        .then(|| quote!(_ => ::core::result::Result::Ok(()),));
    method(model, db, &quote!(react), &quote!(#(#arms)* #others))
}

/// A method with a match on one event.
fn method(
    model: &Projection<'_>,
    db: Option<&Type>,
    method: &TokenStream,
    arms: &TokenStream,
) -> TokenStream {
    let Projection { krate, .. } = model;
    let db = name(db);
    quote! {
        async fn #method(
            &self,
            __event: #krate::Recorded<Self::Event>,
            __db: &mut #db,
        ) -> ::core::result::Result<(), #krate::ProjectError> {
            let (__at, __event) = #krate::__private::apart(__event);
            match __event { #arms }
        }
    }
}

/// The methods that hand events to the bulk handler, which is not called without events.
fn at_once(model: &Projection<'_>, db: Option<&Type>, bulk: Span) -> TokenStream {
    let Projection { krate, .. } = model;
    let handler = Handler {
        set: &model.set,
        of: quote!(#krate::ProjectAll),
        event: None,
        method: "project_all",
    };
    let one = handler.call(&quote!(&[__event]), db, bulk);
    let all = handler.call(&quote!(&__events), db, bulk);
    let db = name(db);
    quote! {
        const IS_BULK: ::core::primitive::bool = true;

        async fn project(
            &self,
            __event: #krate::Recorded<Self::Event>,
            __db: &mut #db,
        ) -> ::core::result::Result<(), #krate::ProjectError> {
            #one
        }

        async fn project_all(
            &self,
            __events: ::std::vec::Vec<#krate::Recorded<Self::Event>>,
            __db: &mut #db,
        ) -> ::core::result::Result<(), #krate::ProjectError> {
            if __events.is_empty() {
                return ::core::result::Result::Ok(());
            }
            #all
        }
    }
}

/// A trait that is implemented by hand, perhaps for an event of its own, and its method.
struct Handler<'a> {
    set: &'a EventSet<'a>,
    of: TokenStream,
    event: Option<&'a dyn ToTokens>,
    method: &'static str,
}

impl Handler<'_> {
    fn call(&self, event: &TokenStream, db: Option<&Type>, blame: Span) -> TokenStream {
        let Self { of, .. } = self;
        let Some(db) = db else {
            // Its bounds say that the handler is there.
            let method = Ident::new(self.method, Span::call_site());
            return quote!(#of::#method(self, #event, __db).await);
        };
        // Where the handler is missing the compiler blames three spans, `Self`, the path and the call.
        // Their first tokens and their last have the place of the listed word, so that the errors are
        // equal, and equal errors are printed once.
        let this = quote_spanned!(blame=> <Self);
        let of_event = self.event.map(|event| {
            let event = event_enum::itself(self.set, event);
            quote!(#event,)
        });
        let method = Ident::new(self.method, blame);
        let mut arguments = Group::new(Delimiter::Parenthesis, quote!(self, #event, __db));
        arguments.set_span(blame);
        quote!(#this as #of<#of_event #db>>::#method #arguments.await)
    }
}
