//! What `#[derive(EventSet)]` writes.
//!
//! Whatever is asked of a listed type is asked through `Listed`, always in the same words: a type
//! that is no event is then told so once, since the compiler prints equal errors once.

use proc_macro2::{Ident, TokenStream};
use quote::{quote, quote_spanned};

use super::model::{EventSet, Member};
use super::parse::VOCABULARY;
use crate::attr::Written;

pub(crate) fn event_set(set: &EventSet<'_>, written: &Written) -> TokenStream {
    let declared = every_event_is_declared(set);
    let completion = written.completion(&VOCABULARY, &set.krate);
    let implementations = implementations(set);
    quote!(#declared #completion #implementations)
}

/// Comes first in an expansion: an editor takes the first use of a word for its meaning, and here
/// each listed word is a type.
pub(crate) fn every_event_is_declared(set: &EventSet<'_>) -> TokenStream {
    let krate = &set.krate;
    let (impl_generics, _, where_clause) = set.generics.split_for_impl();
    let events = set.members.iter().map(|member| member.event);
    quote! {
        const _: () = {
            fn _every_event_is_declared #impl_generics () #where_clause {
                #(<#events as #krate::__private::Listed>::declared();)*
            }
        };
    }
}

pub(crate) fn implementations(set: &EventSet<'_>) -> TokenStream {
    let event_set = event_set_impl(set);
    let distinct = names_are_distinct(set);
    let conversions = set.members.iter().map(|member| conversions(set, member));
    let into_events = into_events(set);
    let described = describe(set);
    quote!(#event_set #distinct #(#conversions)* #into_events #described)
}

fn event_set_impl(set: &EventSet<'_>) -> TokenStream {
    let EventSet { ident, krate, .. } = set;
    let listed = quote!(#krate::__private::Listed);
    let (impl_generics, ty_generics, where_clause) = set.generics.split_for_impl();
    let types = set.members.iter().map(|Member { event, .. }| quote!(<#event as #listed>::TYPE));
    let name = set.by_variant(|Member { event, .. }| quote!((_) => <#event as #listed>::name()));
    let version =
        set.by_variant(|Member { event, .. }| quote!((_) => <#event as #listed>::TYPE.version));
    let encode = set
        .by_variant(|Member { event, .. }| quote!((event) => <#event as #listed>::encode(event)));
    let decode = set.members.iter().map(|Member { variant, event, .. }| {
        quote! {
            if <#event as #listed>::is(name) {
                return <#event as #listed>::decode(version, payload).map(Self::#variant);
            }
        }
    });
    let late = (set.is_generic() && set.members.len() > 1)
        .then(|| checks(set, &quote!(Self)))
        .map(|checks| quote!(const { #checks }));
    quote! {
        #[automatically_derived]
        impl #impl_generics #krate::EventSet for #ident #ty_generics #where_clause {
            const EVENTS: &'static [#krate::EventType] = &[#(#types),*];

            fn name(&self) -> #krate::EventName {
                #name
            }

            fn version(&self) -> #krate::SchemaVersion {
                #version
            }

            fn encode(&self) -> ::core::result::Result<#krate::Payload, #krate::EncodeError> {
                #encode
            }

            fn decode(
                name: &::core::primitive::str,
                version: #krate::SchemaVersion,
                payload: &#krate::Payload,
            ) -> ::core::result::Result<Self, #krate::DecodeError> {
                #late
                #(#decode)*
                ::core::result::Result::Err(#krate::DecodeError::unknown_event(name))
            }
        }
    }
}

/// Two events with one stored name could not be told apart when they are read. A set without
/// parameters is checked where it stands, any other where it is first read.
fn names_are_distinct(set: &EventSet<'_>) -> TokenStream {
    if set.is_generic() || set.members.len() < 2 {
        return TokenStream::new();
    }
    let ident = &set.ident;
    let checks = checks(set, &quote!(#ident));
    quote!(const _: () = { #checks };)
}

fn checks(set: &EventSet<'_>, this: &TokenStream) -> TokenStream {
    let krate = &set.krate;
    let checks = set.members.iter().enumerate().skip(1).map(|(nth, member)| {
        // The compiler underlines from the first token of the call to its last, so that these two
        // have the place of the event; the others have not, lest an editor take them for its uses.
        let check = Ident::new("_new_name", member.blame);
        let nth = quote_spanned!(member.blame=> (#nth));
        quote!(#check::<#this> #nth;)
    });
    quote! {
        use #krate::__private::new_name as _new_name;
        #(#checks)*
    }
}

/// From an event to the set and, if it is that event, back.
fn conversions(set: &EventSet<'_>, member: &Member<'_>) -> TokenStream {
    let ident = &set.ident;
    let Member { variant, event, .. } = member;
    let (impl_generics, ty_generics, where_clause) = set.generics.split_for_impl();
    let is_only = set.members.len() == 1 && !set.has_strangers;
    let other = (!is_only).then(|| quote!(other => ::core::result::Result::Err(other),));
    quote! {
        #[automatically_derived]
        impl #impl_generics ::core::convert::From<#event> for #ident #ty_generics #where_clause {
            fn from(event: #event) -> Self {
                Self::#variant(event)
            }
        }

        #[automatically_derived]
        impl #impl_generics ::core::convert::TryFrom<#ident #ty_generics> for #event #where_clause {
            type Error = #ident #ty_generics;

            fn try_from(set: #ident #ty_generics) -> ::core::result::Result<Self, Self::Error> {
                match set {
                    #ident::#variant(event) => ::core::result::Result::Ok(event),
                    #other
                }
            }
        }
    }
}

fn into_events(set: &EventSet<'_>) -> TokenStream {
    let EventSet { ident, krate, .. } = set;
    let (impl_generics, ty_generics, where_clause) = set.generics.split_for_impl();
    quote! {
        #[automatically_derived]
        impl #impl_generics #krate::IntoEvents<Self> for #ident #ty_generics #where_clause {
            fn push_to(self, events: &mut ::std::vec::Vec<Self>) {
                events.push(self);
            }
        }
    }
}

fn describe(set: &EventSet<'_>) -> TokenStream {
    let EventSet { ident, krate, .. } = set;
    let listed = quote!(#krate::__private::Listed);
    let (impl_generics, ty_generics, where_clause) = set.generics.split_for_impl();
    let by_variant =
        set.by_variant(|Member { event, .. }| quote!((event) => <#event as #listed>::open(event)));
    quote! {
        #[automatically_derived]
        impl #impl_generics #krate::Describe for #ident #ty_generics #where_clause {
            fn describe(&self) -> #krate::Description {
                #by_variant
            }
        }
    }
}

impl EventSet<'_> {
    /// A match on `self`; `arm` gives each arm from behind the variant's name.
    pub(crate) fn by_variant(&self, arm: impl Fn(&Member<'_>) -> TokenStream) -> TokenStream {
        if self.is_empty() {
            return quote!(match *self {});
        }
        let arms = self.members.iter().map(|member| {
            let variant = member.variant;
            let arm = arm(member);
            quote!(Self::#variant #arm,)
        });
        let strangers = self.strangers();
        quote! {
            match self {
                #(#arms)*
                #strangers
            }
        }
    }
}
