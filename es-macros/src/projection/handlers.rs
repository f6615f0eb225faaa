//! A check that each listed event has its handler, for projections that do not list the types they
//! write into.
//!
//! The dispatch of such a projection is for every type that all handlers write into. If a handler
//! is missing there is no such type, which would be reported only where the projection is run. This
//! check reports it where the event is listed.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};

use super::model::{Db, Projection};
use crate::event_set::Member;

pub(crate) fn every_event_has_one(model: &Projection<'_>) -> TokenStream {
    let Projection { krate, .. } = model;
    if let Db::Listed(_) = model.db {
        return TokenStream::new();
    }
    let handlers = handlers(model);
    let (impl_generics, _, where_clause) = model.input.generics.split_for_impl();
    let function = Ident::new("name_what_it_writes_into_with_the_key_db", place(model));
    // Where the compiler cannot tell which of several types is meant, it underlines this call and
    // repeats the name of the function.
    let call = quote_spanned!(place(model)=> #function::<_>());
    quote! {
        fn __handlers #impl_generics () #where_clause {
            use #krate::__private::{AnyDb as _, #function};
            #call #handlers.it().__is_known();
        }
    }
}

fn handlers(model: &Projection<'_>) -> TokenStream {
    let ident = &model.input.ident;
    let (_, ty_generics, _) = model.input.generics.split_for_impl();
    // Only one word of a call has the place of the listed type, which the compiler then underlines.
    let this = |blame: Span| {
        let mut ident = ident.clone();
        ident.set_span(blame);
        quote!(#ident #ty_generics)
    };
    let projects: TokenStream = if let Some(bulk) = model.bulk {
        let this = this(bulk.span());
        quote!(.has_all::<#this>())
    } else {
        let handled = model.set.members.iter().filter(|member| model.handles(member));
        let calls = handled.map(|Member { event, blame, .. }| {
            let this = this(*blame);
            quote!(.has::<#this, #event>())
        });
        calls.collect()
    };
    let effects = model.effects.iter().map(|effect| {
        let this = this(effect.blame);
        let event = effect.event;
        quote!(.has_effect::<#this, #event>())
    });
    quote!(#projects #(#effects)*)
}

/// The name of the attribute, where it stands.
fn place(model: &Projection<'_>) -> Span {
    model.written.place.as_ref().map_or_else(Span::call_site, Ident::span)
}
