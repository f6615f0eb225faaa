//! The expansion of `#[derive(Aggregate)]`.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote};
use syn::spanned::Spanned;

use super::model::{Aggregate, Events};
use super::snapshot::policy;
use super::unfit;
use crate::allow_deprecated::Deprecation;
use crate::describe::describe;
use crate::event_enum;
use crate::event_set::{self, EventSet};
use crate::shape::shape;

pub(crate) fn aggregate(model: &Aggregate<'_>) -> TokenStream {
    let described = describe(model.input, &model.input.generics, model.krate);
    if model.is_unfit {
        let aggregate = unfit::implementation(model);
        let definition = unfit::definition(model);
        return quote!(#definition #aggregate #described);
    }
    let aggregate = implementation(model);
    let shape = model.shape.as_ref().map(shape);
    let aggregate = quote!(#aggregate #shape);
    match &model.event {
        Events::Listed(set) if set.is_empty() => {
            let definition = event_enum::of_nothing(model.input, set);
            quote!(#definition #aggregate #described)
        }
        Events::Listed(set) => {
            let event_enum = event_enum::implementations(set);
            let event_set = event_set::implementations(set);
            let scope = event_set::in_its_own_scope(set, &quote!(#event_enum #event_set));
            let definition = event_enum::definition(model.input, set);
            quote!(#scope #definition #aggregate #described)
        }
        Events::Enum(_) => quote!(#aggregate #described),
    }
}

fn implementation(model: &Aggregate<'_>) -> TokenStream {
    let Aggregate { name, krate, .. } = model;
    let ident = &model.input.ident;
    let deprecation = Deprecation::of(&model.input.attrs);
    let Aggregate { id, error, .. } = model;
    let event = event(model);
    let snapshots = model.snapshot.map(|snapshot| policy(snapshot, *krate));
    // Only this one word has the place of the struct: the compiler tells there that `Default` is missing.
    let this = Ident::new("Self", ident.span());
    let apply = apply(model);
    let (impl_generics, ty_generics, where_clause) = model.input.generics.split_for_impl();
    quote! {
        #[automatically_derived]
        #deprecation
        impl #impl_generics #krate::Aggregate for #ident #ty_generics #where_clause {
            const NAME: &'static str = #name;
            type Id = #id;
            type Event = #event;
            type Error = #error;
            #snapshots

            fn initial() -> Self {
                <#this as ::core::default::Default>::default()
            }

            fn evolve(&mut self, __e: #event) {
                #apply
            }
        }
    }
}

fn event(model: &Aggregate<'_>) -> TokenStream {
    match &model.event {
        Events::Listed(EventSet { ident, .. }) => {
            let (_, ty_generics, _) = model.input.generics.split_for_impl();
            quote!(#ident #ty_generics)
        }
        Events::Enum(event) => event.to_token_stream(),
    }
}

fn apply(model: &Aggregate<'_>) -> TokenStream {
    match &model.event {
        Events::Listed(set) => event_enum::dispatch(set),
        Events::Enum(event) => {
            let krate = model.krate;
            event_enum::call(&quote!(#krate::Apply), event, event.span())
        }
    }
}
