//! The enum of everything that can happen to a state, and the way from it to the state.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::DeriveInput;
use syn::ext::IdentExt;

use crate::event_set::{EventSet, Member};

/// The implementations of the enum besides those of a set of events.
pub(crate) fn implementations(set: &EventSet<'_>) -> TokenStream {
    let debug = debug(set);
    let clone = clone(set);
    let equality = equality(set);
    quote!(#debug #clone #equality)
}

/// The enum of everything that can happen to `state`.
pub(crate) fn definition(state: &DeriveInput, set: &EventSet<'_>) -> TokenStream {
    let doc = format!("Everything that can happen to [`{}`].", state.ident.unraw());
    documented(&doc, state, set)
}

/// The enum for the struct `state`, with `doc` as its documentation.
pub(crate) fn documented(doc: &str, state: &DeriveInput, set: &EventSet<'_>) -> TokenStream {
    let visibility = &state.vis;
    let EventSet { ident, deprecation, .. } = set;
    let (_, ty_generics, where_clause) = set.generics.split_for_impl();
    let generics = set.generics;
    let variants = set.members.iter().map(variant);
    let non_member = set.has_non_members.then(|| {
        // Parameters that no event mentions are a mistake that was told. They still need a use, or
        // the compiler tells of them a second time.
        let state = &state.ident;
        quote!(#[doc(hidden)] _Unused(::core::marker::PhantomData<fn() -> #state #ty_generics>),)
    });
    quote! {
        #[doc = #doc]
        #deprecation
        #visibility enum #ident #generics #where_clause {
            #(#variants)*
            #non_member
        }
    }
}

/// The stand-in for an enum without events, which is a mistake that has been reported.
pub(crate) fn of_nothing(state: &DeriveInput, set: &EventSet<'_>) -> TokenStream {
    let visibility = &state.vis;
    let EventSet { ident, krate, .. } = set;
    quote! {
        #[doc(hidden)]
        #visibility type #ident = #krate::__private::AnyEvent;
    }
}

fn variant(member: &Member<'_>) -> TokenStream {
    let Member { variant, event, .. } = member;
    let doc = link(member);
    quote! {
        #[doc = #doc]
        #variant(#event),
    }
}

/// A link to the event, whose own docs an expansion cannot see.
fn link(member: &Member<'_>) -> String {
    let path = member.event.to_token_stream().to_string().replace(' ', "");
    // What is generic is documented without its arguments.
    let path = path.split("::<").next().unwrap_or_default();
    let path = path.split('<').next().unwrap_or_default();
    let variant = member.variant.unraw().to_string();
    if path == variant { format!("[`{variant}`]") } else { format!("[`{variant}`]({path})") }
}

/// The implementation of `Debug`. It is not derived: it prints the event itself, not the event
/// within a variant of the same name.
fn debug(set: &EventSet<'_>) -> TokenStream {
    let ident = &set.ident;
    let (impl_generics, ty_generics, where_clause) = set.generics.split_for_impl();
    quote! {
        #[automatically_derived]
        impl #impl_generics ::core::fmt::Debug for #ident #ty_generics #where_clause {
            fn fmt(&self, __f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                __AsFact::fact(self).print(__f)
            }
        }
    }
}

fn clone(set: &EventSet<'_>) -> TokenStream {
    let ident = &set.ident;
    let (impl_generics, ty_generics, where_clause) = set.generics.split_for_impl();
    quote! {
        #[automatically_derived]
        impl #impl_generics ::core::clone::Clone for #ident #ty_generics #where_clause {
            fn clone(&self) -> Self {
                __AsFact::fact(self).copy()
            }
        }
    }
}

/// The implementation of `PartialEq`. It is not derived: a lint asks for `Eq` beside a derived
/// `PartialEq`, and not every event can have it.
fn equality(set: &EventSet<'_>) -> TokenStream {
    let ident = &set.ident;
    let (impl_generics, ty_generics, where_clause) = set.generics.split_for_impl();
    quote! {
        impl #impl_generics ::core::cmp::PartialEq for #ident #ty_generics #where_clause {
            fn eq(&self, __other: &Self) -> ::core::primitive::bool {
                __AsFact::fact(self).same(__AsFact::fact(__other))
            }
        }
    }
}

/// The dispatch of each event to the `Apply` of its own type.
pub(crate) fn dispatch(set: &EventSet<'_>) -> TokenStream {
    let EventSet { ident, krate, .. } = set;
    if set.is_empty() {
        return quote!(match __e {});
    }
    let arms = set.members.iter().map(|member| {
        let Member { variant, event, .. } = member;
        let call = call(&quote!(__Apply), &itself(set, event), member.blame);
        quote!(#ident::#variant(__e) => #call,)
    });
    let non_members = set.non_members();
    let known = known(set);
    quote! {
        use #krate::Apply as __Apply;
        #known
        match __e {
            #(#arms)*
            #non_members
        }
    }
}

/// The call of `apply`, the name of the trait `Apply`, for one event.
pub(crate) fn call(apply: &TokenStream, event: &dyn ToTokens, blame: Span) -> TokenStream {
    // Only this has the place of the listed type: the compiler underlines it if the impl is missing, and
    // an editor that looks for the type finds no other word there.
    let this = quote_spanned!(blame=> <_);
    quote!(#this as #apply<#event>>::apply(self, __e))
}

/// The listed type, checked to be an event. A type that is none is reported here as everywhere, and
/// nothing more is required of it: neither `Apply` nor a handler.
///
/// The type is the item of an array of one, whose length the compiler knows for events alone. For a
/// type with parameters it would know no length. The names are those of [`known`].
pub(crate) fn itself(set: &EventSet<'_>, event: &dyn ToTokens) -> TokenStream {
    if set.is_generic() {
        return event.to_token_stream();
    }
    let ident = &set.ident;
    quote!(<[#event; <#event as __Is<#ident>>::ONE] as __Of>::It)
}

/// The names that [`itself`] needs.
pub(crate) fn known(set: &EventSet<'_>) -> Option<TokenStream> {
    let EventSet { krate, .. } = set;
    let is_needed = !set.is_generic() && !set.members.is_empty();
    is_needed.then(|| quote!(use #krate::__private::{Listed as __Is, Only as __Of};))
}
