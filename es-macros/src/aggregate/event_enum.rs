//! The enum of everything that can happen to an aggregate.

use proc_macro2::TokenStream;
use quote::quote;
use syn::ext::IdentExt;

use super::model::Aggregate;
use crate::event_set::{EventSet, Member};

pub(crate) fn event_enum(model: &Aggregate<'_>, set: &EventSet<'_>) -> TokenStream {
    let definition = definition(model, set);
    let debug = debug(set);
    let clone = clone(set);
    let equality = equality(set);
    quote!(#definition #debug #clone #equality)
}

fn definition(model: &Aggregate<'_>, set: &EventSet<'_>) -> TokenStream {
    let visibility = &model.input.vis;
    let ident = &set.ident;
    let (_, ty_generics, where_clause) = set.generics.split_for_impl();
    let generics = set.generics;
    let doc = format!("Everything that can happen to [`{}`].", model.input.ident.unraw());
    let variants = set.members.iter().map(variant);
    let stranger = set.has_strangers.then(|| {
        // Parameters that no event mentions are a mistake that was told. They still need a use, or
        // the compiler tells of them a second time.
        let state = &model.input.ident;
        quote!(#[doc(hidden)] _Unused(::core::marker::PhantomData<fn() -> #state #ty_generics>),)
    });
    quote! {
        #[doc = #doc]
        #visibility enum #ident #generics #where_clause {
            #(#variants)*
            #stranger
        }
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

/// Not derived: it prints the event itself, not the event within a variant of the same name.
fn debug(set: &EventSet<'_>) -> TokenStream {
    let EventSet { ident, krate, .. } = set;
    let (impl_generics, ty_generics, where_clause) = set.generics.split_for_impl();
    let print = set.by_variant(
        |Member { event, .. }| quote!((event) => <#event as #krate::__private::Listed>::print(event, f)),
    );
    quote! {
        #[automatically_derived]
        impl #impl_generics ::core::fmt::Debug for #ident #ty_generics #where_clause {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                #print
            }
        }
    }
}

fn clone(set: &EventSet<'_>) -> TokenStream {
    let EventSet { ident, krate, .. } = set;
    let (impl_generics, ty_generics, where_clause) = set.generics.split_for_impl();
    let copy = set.by_variant(|Member { variant, event, .. }| {
        quote! {
            (event) => Self::#variant(<#event as #krate::__private::Listed>::copy(event))
        }
    });
    quote! {
        #[automatically_derived]
        impl #impl_generics ::core::clone::Clone for #ident #ty_generics #where_clause {
            fn clone(&self) -> Self {
                #copy
            }
        }
    }
}

/// Not derived: whoever derives `PartialEq` is asked for `Eq`, which not every event can have.
fn equality(set: &EventSet<'_>) -> TokenStream {
    let EventSet { ident, krate, .. } = set;
    let (impl_generics, ty_generics, where_clause) = set.generics.split_for_impl();
    let arms = set.members.iter().map(|Member { variant, event, .. }| {
        quote! {
            (Self::#variant(one), Self::#variant(other)) => {
                <#event as #krate::__private::Listed>::same(one, other)
            }
        }
    });
    let different = (set.members.len() != 1 || set.has_strangers).then(|| quote!(_ => false,));
    quote! {
        #[automatically_derived]
        impl #impl_generics ::core::cmp::PartialEq for #ident #ty_generics #where_clause {
            fn eq(&self, other: &Self) -> bool {
                match (self, other) {
                    #(#arms)*
                    #different
                }
            }
        }
    }
}
