//! What `#[derive(EventSet)]` writes.
//!
//! Whatever is asked of a listed type is asked through `Listed`, always in the same words: a type
//! that is no event is then told so once, since the compiler prints equal errors once.
//!
//! Every name that an expansion binds begins with two underscores. A binding cannot be hidden from
//! a constant of its name, nor a type in scope from an alias of its name: neither may be met.

use proc_macro2::{Ident, Literal, TokenStream};
use quote::{quote, quote_spanned};

use super::model::{EventSet, Member};
use super::parse::VOCABULARY;
use crate::attr::Written;
use crate::superseded::Superseded;

pub(crate) fn event_set(set: &EventSet<'_>, written: &Written) -> TokenStream {
    let completion = written.completion(&VOCABULARY, set.krate);
    let implementations = implementations(set);
    in_its_own_scope(set, &quote!(#implementations #completion))
}

/// A scope in which the traits and types that every event needs have short names. It begins with
/// [`history`].
pub(crate) fn in_its_own_scope(set: &EventSet<'_>, items: &TokenStream) -> TokenStream {
    let EventSet { krate, deprecation, .. } = set;
    let reads =
        (!set.superseded.is_empty()).then(|| quote!(use #krate::__private::Reads as __Reads;));
    let history = history(set);
    quote! {
        #deprecation
        const _: () = {
            #history
            use ::core::convert::TryFrom as __TryFrom;
            use ::core::result::Result::{self as __Result, Err as __Err, Ok as __Ok};
            use #krate::__private::Listed as __Listed;
            #reads
            #items
        };
    }
}

/// Comes first in an expansion: an editor takes the first use of a word for its meaning, and here
/// each listed word is a type.
fn history(set: &EventSet<'_>) -> TokenStream {
    let krate = &set.krate;
    let (impl_generics, _, where_clause) = set.generics.split_for_impl();
    let events = set.members.iter().map(|member| member.event);
    let superseded = set.superseded.iter().map(|superseded| reads(set, superseded));
    quote! {
        fn __history #impl_generics () -> ::std::vec::Vec<#krate::EventHistory> #where_clause {
            ::std::vec![#(<#events as __Listed>::history(),)* #(#superseded::history(),)*]
        }
    }
}

pub(crate) fn implementations(set: &EventSet<'_>) -> TokenStream {
    let event_set = event_set_impl(set);
    let distinct = names_are_distinct(set);
    let conversions = set.members.iter().map(|member| conversions(set, member));
    let unwritten = set.superseded.iter().map(|superseded| unwritten(set, superseded));
    let as_fact = as_fact(set);
    let into_events = into_events(set);
    let described = describe(set);
    quote!(#event_set #distinct #(#conversions)* #(#unwritten)* #as_fact #into_events #described)
}

fn event_set_impl(set: &EventSet<'_>) -> TokenStream {
    let EventSet { ident, krate, .. } = set;
    let fact = quote!(#krate::__private::AsFact::fact(self));
    let (impl_generics, ty_generics, where_clause) = set.generics.split_for_impl();
    let types = set.members.iter().map(|Member { event, .. }| quote!(<#event as __Listed>::TYPE));
    let turbofish = ty_generics.as_turbofish();
    let decode = set.members.iter().map(|Member { variant, event, .. }| {
        quote! {
            if <#event as __Listed>::is(__name) {
                return <#event as __Listed>::decode(__version, __payload, Self::#variant);
            }
        }
    });
    let read_only = superseded_types(set);
    let decode_superseded =
        set.superseded.iter().map(|superseded| decode_superseded(set, superseded));
    let late = (set.is_generic() && set.has_several())
        .then(|| checks(set, &quote!(Self)))
        .map(|checks| quote!(const { #checks }));
    quote! {
        #[automatically_derived]
        impl #impl_generics #krate::EventSet for #ident #ty_generics #where_clause {
            const EVENTS: &'static [#krate::EventType] = &[#(#types),*];
            const IS_DERIVED: ::core::primitive::bool = true;
            #read_only

            fn name(&self) -> #krate::EventName {
                #fact.name()
            }

            fn version(&self) -> #krate::SchemaVersion {
                #fact.version()
            }

            fn encode(&self) -> __Result<#krate::Payload, #krate::EncodeError> {
                #fact.encode()
            }

            fn tags(
                &self,
            ) -> __Result<::std::vec::Vec<#krate::Tag>, #krate::InvalidText> {
                #fact.tags()
            }

            fn tag_names(&self) -> &'static [&'static ::core::primitive::str] {
                #fact.tag_names()
            }

            fn decode(
                __name: &::core::primitive::str,
                __version: #krate::SchemaVersion,
                __payload: &#krate::Payload,
            ) -> __Result<#krate::Decoded<Self>, #krate::DecodeError> {
                #late
                #(#decode)*
                #(#decode_superseded)*
                __Err(#krate::DecodeError::unknown_event(__name))
            }

            fn history() -> ::std::vec::Vec<#krate::EventHistory> {
                __history #turbofish ()
            }
        }
    }
}

/// The constant of the trait, where it is not the trait's own.
fn superseded_types(set: &EventSet<'_>) -> Option<TokenStream> {
    let krate = &set.krate;
    let reads = set.superseded.iter().map(|superseded| reads(set, superseded));
    (!set.superseded.is_empty())
        .then(|| quote!(const SUPERSEDED: &'static [#krate::EventType] = &[#(#reads::TYPE),*];))
}

fn decode_superseded(set: &EventSet<'_>, superseded: &Superseded<'_>) -> TokenStream {
    let reads = reads(set, superseded);
    quote! {
        if #reads::is(__name) {
            return #reads::decode(__version, __payload);
        }
    }
}

/// The set as one that reads a superseded event.
pub(crate) fn reads(set: &EventSet<'_>, superseded: &Superseded<'_>) -> TokenStream {
    let Superseded { event, blame } = superseded;
    // Only this one word has the place of the listed type: the compiler underlines it if nothing says
    // what became of the event, or if that is not in the set.
    let mut ident = set.ident.clone();
    ident.set_span(*blame);
    let (_, ty_generics, _) = set.generics.split_for_impl();
    quote!(<#ident #ty_generics as __Reads<#event>>)
}

/// Two events with one stored name could not be told apart when they are read. A set without
/// parameters is checked where it stands, any other where it is first read.
fn names_are_distinct(set: &EventSet<'_>) -> TokenStream {
    if set.is_generic() || !set.has_several() {
        return TokenStream::new();
    }
    let ident = &set.ident;
    let checks = checks(set, &quote!(#ident));
    quote!(const _: () = { #checks };)
}

fn checks(set: &EventSet<'_>, this: &TokenStream) -> TokenStream {
    let krate = &set.krate;
    let members = set.members.iter().map(|member| member.blame);
    let superseded = set.superseded.iter().map(|superseded| superseded.blame);
    let checks = members.chain(superseded).enumerate().skip(1).map(|(nth, blame)| {
        // The compiler underlines from the first token of the call to its last, so that these two
        // have the place of the event; the others have not, lest an editor take them for its uses.
        let check = Ident::new("__new_name", blame);
        let nth = Literal::usize_unsuffixed(nth);
        let nth = quote_spanned!(blame=> (#nth));
        quote!(#check::<#this> #nth;)
    });
    quote! {
        use #krate::__private::new_name as __new_name;
        #(#checks)*
    }
}

/// From an event to the set and, if it is that event, back.
fn conversions(set: &EventSet<'_>, member: &Member<'_>) -> TokenStream {
    let EventSet { ident, krate, .. } = set;
    let Member { variant, event, .. } = member;
    let (impl_generics, ty_generics, where_clause) = set.generics.split_for_impl();
    let is_only = set.members.len() == 1 && !set.has_strangers;
    let other = (!is_only).then(|| quote!(__other => __Err(__other),));
    quote! {
        #krate::__private::member! {
            [#impl_generics] [#ident #ty_generics] [#event] [#where_clause] #variant
        }

        #[automatically_derived]
        impl #impl_generics __TryFrom<#ident #ty_generics> for #event #where_clause {
            type Error = #ident #ty_generics;

            fn try_from(__set: #ident #ty_generics) -> __Result<Self, Self::Error> {
                match __set {
                    #ident::#variant(__e) => __Ok(__e),
                    #other
                }
            }
        }
    }
}

fn unwritten(set: &EventSet<'_>, superseded: &Superseded<'_>) -> TokenStream {
    let EventSet { ident, krate, .. } = set;
    let event = superseded.event;
    let (impl_generics, ty_generics, where_clause) = set.generics.split_for_impl();
    let bounds = where_clause.map(|clause| &clause.predicates);
    quote! {
        #krate::__private::superseded! { [#impl_generics] [#ident #ty_generics] [#event] [#bounds] }
    }
}

fn into_events(set: &EventSet<'_>) -> TokenStream {
    let EventSet { ident, krate, .. } = set;
    let (impl_generics, ty_generics, where_clause) = set.generics.split_for_impl();
    quote! {
        #[automatically_derived]
        impl #impl_generics #krate::Takes<Self> for #ident #ty_generics #where_clause {
            fn take(__event: Self, __events: &mut ::std::vec::Vec<Self>) {
                __events.push(__event);
            }
        }
    }
}

/// The one place that goes from a variant to its event; the rest is written once.
fn as_fact(set: &EventSet<'_>) -> TokenStream {
    let EventSet { ident, krate, .. } = set;
    let (impl_generics, ty_generics, where_clause) = set.generics.split_for_impl();
    let count = Literal::usize_unsuffixed(set.members.len() + set.superseded.len());
    let fact =
        set.by_variant(|Member { event, .. }| quote!((__e) => <#event as __Listed>::fact(__e)));
    quote! {
        #[automatically_derived]
        impl #impl_generics #krate::__private::AsFact for #ident #ty_generics #where_clause {
            const NAME_HASHES: &'static [::core::primitive::u64] =
                &#krate::__private::name_hashes::<#count, Self>();

            fn fact(&self) -> &dyn #krate::__private::Fact {
                #fact
            }
        }
    }
}

fn describe(set: &EventSet<'_>) -> TokenStream {
    let EventSet { ident, krate, .. } = set;
    let (impl_generics, ty_generics, where_clause) = set.generics.split_for_impl();
    quote! {
        #[automatically_derived]
        impl #impl_generics #krate::Describe for #ident #ty_generics #where_clause {
            fn describe(&self) -> #krate::Description {
                #krate::__private::AsFact::fact(self).describe()
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
