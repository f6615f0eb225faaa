//! The expansion of `#[derive(EventSet)]`.
//!
//! All that an expansion needs of a listed type it takes through `Listed`, always in the same
//! words: a type that is no event is then reported once, since the compiler prints equal errors
//! once.
//!
//! Every name that an expansion binds begins with two underscores. A binding cannot be hidden from
//! a constant of its name, nor a type in scope from an alias of its name: neither may be met.

use proc_macro2::{Delimiter, Group, Literal, Span, TokenStream};
use quote::{ToTokens, quote};

use super::model::{EventSet, Member};
use crate::superseded::Superseded;

pub(crate) fn event_set(set: &EventSet<'_>) -> TokenStream {
    in_its_own_scope(set, &implementations(set))
}

/// A scope in which the traits that every event needs have short names. It begins with [`as_fact`].
pub(crate) fn in_its_own_scope(set: &EventSet<'_>, items: &TokenStream) -> TokenStream {
    let EventSet { krate, deprecation, .. } = set;
    let as_fact = as_fact(set);
    quote! {
        #deprecation
        const _: () = {
            use #krate::__private::set::*;
            #as_fact
            #items
        };
    }
}

/// The table of the events, and the only match from a variant to its event; the other code uses it.
/// It comes first in an expansion: an editor takes the first use of a word for its meaning, and
/// here each listed word is a type.
fn as_fact(set: &EventSet<'_>) -> TokenStream {
    let ident = &set.ident;
    let (impl_generics, ty_generics, where_clause) = set.generics.split_for_impl();
    let count = Literal::usize_unsuffixed(set.members.len() + set.superseded.len());
    let events = set.members.iter().map(|member| member.event);
    let reads = (!set.superseded.is_empty()).then(|| table_of_superseded(set));
    let fact = set
        .by_variant(|Member { event, .. }| quote!((__e) => <#event as __Listed<Self>>::fact(__e)));
    quote! {
        #[automatically_derived]
        impl #impl_generics __AsFact for #ident #ty_generics #where_clause {
            const MEMBERS: &'static [__Member<Self>] =
                &[#(<#events as __Listed<Self>>::MEMBER),*];
            #reads
            const NAME_HASHES: &'static [::core::primitive::u64] = &__name_hashes::<#count, Self>();

            fn fact(&self) -> &dyn __FactOf<Self> {
                #fact
            }
        }
    }
}

/// The constant of the trait for the superseded events, where it differs from the trait's default.
fn table_of_superseded(set: &EventSet<'_>) -> TokenStream {
    let reads = set.superseded.iter().map(|superseded| reads(set, superseded));
    quote!(const READS: &'static [__Member<Self>] = &[#(#reads::MEMBER),*];)
}

pub(crate) fn implementations(set: &EventSet<'_>) -> TokenStream {
    let event_set = event_set_impl(set);
    let distinct = names_are_distinct(set);
    let conversions = set.members.iter().map(|member| conversions(set, member));
    let unwritten = set.superseded.iter().map(|superseded| unwritten(set, superseded));
    let takes = takes_itself(set);
    let described = describe(set);
    quote!(#event_set #distinct #(#conversions)* #takes #(#unwritten)* #described)
}

fn event_set_impl(set: &EventSet<'_>) -> TokenStream {
    let EventSet { ident, krate, .. } = set;
    let (impl_generics, ty_generics, where_clause) = set.generics.split_for_impl();
    let events = Literal::usize_unsuffixed(set.members.len());
    let read_only = superseded_types(set);
    let late = (set.is_generic() && set.has_several())
        .then(|| checks(set, &quote!(Self)))
        .map(|checks| quote!(const { #checks }));
    quote! {
        #[automatically_derived]
        impl #impl_generics #krate::EventSet for #ident #ty_generics #where_clause {
            const EVENTS: &'static [#krate::EventType] = &__types::<#events, Self>();
            const IS_DERIVED: ::core::primitive::bool = true;
            #read_only

            fn name(&self) -> #krate::EventName {
                __AsFact::fact(self).name()
            }

            fn version(&self) -> #krate::SchemaVersion {
                __AsFact::fact(self).version()
            }

            fn encode(&self) -> __Result<#krate::Payload, #krate::EncodeError> {
                __AsFact::fact(self).encode()
            }

            fn tags(&self) -> __Result<__Vec<#krate::Tag>, #krate::InvalidText> {
                __AsFact::fact(self).tags()
            }

            fn tag_names(&self) -> &'static [&'static ::core::primitive::str] {
                __AsFact::fact(self).tag_names()
            }

            fn decode(
                __name: &::core::primitive::str,
                __version: #krate::SchemaVersion,
                __payload: &#krate::Payload,
            ) -> __Result<#krate::Decoded<Self>, #krate::DecodeError> {
                #late
                __decode(__name, __version, __payload)
            }

            fn history() -> __Vec<#krate::EventHistory> {
                __histories::<Self>()
            }
        }
    }
}

/// The constant of the trait for the superseded types, where it differs from the trait's default.
fn superseded_types(set: &EventSet<'_>) -> Option<TokenStream> {
    let krate = &set.krate;
    let superseded = Literal::usize_unsuffixed(set.superseded.len());
    (!set.superseded.is_empty()).then(|| {
        quote!(
            const SUPERSEDED: &'static [#krate::EventType] = &__types_read::<#superseded, Self>();
        )
    })
}

/// The set as a reader of a superseded event: `<Set as Reads<Event>>`.
pub(crate) fn reads(set: &EventSet<'_>, superseded: &Superseded<'_>) -> TokenStream {
    let Superseded { event, blame } = superseded;
    // Only this one word has the place of the listed type: the compiler underlines it if nothing says
    // what became of the event, or if that is not in the set.
    let mut ident = set.ident.clone();
    ident.set_span(*blame);
    let (_, ty_generics, _) = set.generics.split_for_impl();
    quote!(<#ident #ty_generics as __Reads<#event>>)
}

/// Checks that no two events share a stored name: they could not be told apart when they are read.
/// A set without parameters is checked where it stands, any other where it is first read.
fn names_are_distinct(set: &EventSet<'_>) -> TokenStream {
    if set.is_generic() || !set.has_several() {
        return TokenStream::new();
    }
    let ident = &set.ident;
    let checks = checks(set, &quote!(#ident));
    quote!(const _: () = { #checks };)
}

fn checks(set: &EventSet<'_>, this: &TokenStream) -> TokenStream {
    let members = set.members.iter().map(|member| member.blame);
    let superseded = set.superseded.iter().map(|superseded| superseded.blame);
    let checks = members.chain(superseded).enumerate().skip(1).map(|(nth, blame)| {
        // The compiler underlines from the first token of the call to its last: these parentheses have the
        // place of the event, and no word has, lest an editor take it for a use of the event.
        let check = in_parentheses(quote!(__new_name::<#this>), blame);
        let nth = in_parentheses(Literal::usize_unsuffixed(nth).into_token_stream(), blame);
        quote!(#check #nth;)
    });
    quote!(#(#checks)*)
}

/// The tokens in parentheses, where only the parentheses have the span `place`.
pub(crate) fn in_parentheses(tokens: TokenStream, place: Span) -> Group {
    within(Delimiter::Parenthesis, tokens, place)
}

/// The tokens in brackets, where only the brackets have the span `place`.
pub(crate) fn in_brackets(tokens: TokenStream, place: Span) -> Group {
    within(Delimiter::Bracket, tokens, place)
}

fn within(delimiter: Delimiter, tokens: TokenStream, place: Span) -> Group {
    let mut group = Group::new(delimiter, tokens);
    group.set_span(place);
    group
}

/// The conversions from an event to the set: by itself, and in the result of a decision. They
/// require nothing of the event, so that a decision which names a listed type that is no event is
/// not wrong as well.
///
/// A single implementation of `Takes` for every type that the set is `From` would do, but for an
/// unknown word: the compiler takes that for any type, and reports a conflict with the
/// implementations for lists.
fn conversions(set: &EventSet<'_>, member: &Member<'_>) -> TokenStream {
    let ident = &set.ident;
    let Member { variant, event, .. } = member;
    let (impl_generics, ty_generics, where_clause) = set.generics.split_for_impl();
    quote! {
        #[automatically_derived]
        impl #impl_generics __From<#event> for #ident #ty_generics #where_clause {
            fn from(__e: #event) -> Self {
                Self::#variant(__e)
            }
        }

        #[automatically_derived]
        impl #impl_generics __Takes<#event> for #ident #ty_generics #where_clause {
            fn take(__e: #event, __to: &mut __Vec<Self>) {
                __to.push(Self::#variant(__e));
            }
        }
    }
}

/// The implementation of `Takes` for the set itself, as one event.
fn takes_itself(set: &EventSet<'_>) -> TokenStream {
    let ident = &set.ident;
    let (impl_generics, ty_generics, where_clause) = set.generics.split_for_impl();
    quote! {
        #[automatically_derived]
        impl #impl_generics __Takes<Self> for #ident #ty_generics #where_clause {
            fn take(__e: Self, __to: &mut __Vec<Self>) {
                __to.push(__e);
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

fn describe(set: &EventSet<'_>) -> TokenStream {
    let EventSet { ident, krate, .. } = set;
    let (impl_generics, ty_generics, where_clause) = set.generics.split_for_impl();
    quote! {
        #[automatically_derived]
        impl #impl_generics #krate::Describe for #ident #ty_generics #where_clause {
            fn describe(&self) -> #krate::Description {
                __AsFact::fact(self).describe()
            }
        }
    }
}

impl EventSet<'_> {
    /// A match on `self`; `arm` gives each arm after the variant's name.
    pub(crate) fn by_variant(&self, arm: impl Fn(&Member<'_>) -> TokenStream) -> TokenStream {
        if self.is_empty() {
            return quote!(match *self {});
        }
        let arms = self.members.iter().map(|member| {
            let variant = member.variant;
            let arm = arm(member);
            quote!(Self::#variant #arm,)
        });
        let non_members = self.non_members();
        quote! {
            match self {
                #(#arms)*
                #non_members
            }
        }
    }
}
