//! The implementation for a type that is no aggregate, beside the mistake that reports it.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{GenericParam, Generics, parse_quote};

use super::model::{Aggregate, Events};
use crate::event_enum;
use crate::event_set::EventSet;

/// The implementation for the type, so that the uses of the aggregate do not repeat the same
/// mistake.
///
/// A lifetime is `'static` here, and a parameter with a default is that default, as they are where
/// the program writes the type without them.
pub(crate) fn implementation(model: &Aggregate<'_>) -> TokenStream {
    let Aggregate { id, error, krate, unknown, .. } = model;
    let ident = &model.input.ident;
    let generics = &model.input.generics;
    let arguments = generics.params.iter().filter_map(argument);
    let declared = declared(generics);
    let (impl_generics, _, where_clause) = declared.split_for_impl();
    quote! {
        #[automatically_derived]
        impl #impl_generics #krate::Aggregate for #ident <#(#arguments),*> #where_clause {
            const NAME: &'static str = "unnamed";
            type Id = #id;
            type Event = #unknown;
            type Error = #error;

            fn initial() -> Self {
                ::core::unimplemented!()
            }

            fn evolve(&mut self, _: #unknown) {}
        }
    }
}

/// The enum of its events, which must exist despite the mistake.
pub(crate) fn definition(model: &Aggregate<'_>) -> Option<TokenStream> {
    let Events::Listed(set) = &model.event else {
        return None;
    };
    if set.has_non_members {
        return Some(event_enum::definition(model.input, set));
    }
    let visibility = &model.input.vis;
    let EventSet { ident, members, .. } = set;
    let unknown = &model.unknown;
    // The imports of the listed events are not unused.
    let events = members.iter().map(|member| member.event);
    let listed = model.input.generics.params.is_empty().then(|| {
        quote! {
            #[allow(dead_code)]
            const _: () = {
                fn __listed(#(_: #events),*) {}
            };
        }
    });
    Some(quote! {
        #listed
        #[doc(hidden)]
        #visibility type #ident = #unknown;
    })
}

/// The generic argument for a parameter behind the name of the type.
fn argument(parameter: &GenericParam) -> Option<TokenStream> {
    match parameter {
        GenericParam::Lifetime(_) => Some(quote!('static)),
        GenericParam::Type(ty) if ty.default.is_none() => Some(ty.ident.to_token_stream()),
        GenericParam::Const(value) if value.default.is_none() => {
            Some(value.ident.to_token_stream())
        }
        GenericParam::Type(_) | GenericParam::Const(_) => None,
    }
}

/// The parameters that the implementation has itself.
fn declared(generics: &Generics) -> Generics {
    let is_declared = |parameter: &&GenericParam| match parameter {
        GenericParam::Lifetime(_) => false,
        GenericParam::Type(ty) => ty.default.is_none(),
        GenericParam::Const(value) => value.default.is_none(),
    };
    let params = generics.params.iter().filter(is_declared).cloned();
    let mut declared = Generics { params: params.collect(), ..Generics::default() };
    if declared.params.len() == generics.params.len() {
        declared.where_clause.clone_from(&generics.where_clause);
    }
    if !declared.params.is_empty() {
        let bounds = declared.make_where_clause();
        bounds.predicates.push(parse_quote!(Self: ::core::marker::Send + ::core::marker::Sync));
        bounds.predicates.push(parse_quote!(Self: 'static));
    }
    declared
}
