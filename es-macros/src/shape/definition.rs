//! The definition of a type that asks `Shape` of every type within it.
//!
//! The tokens stand where `__t` is the `Types` and `__s` is `__private::shape`.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};

use super::model::is_opaque;
use super::source::text_of;
use super::stored::{Kind, Member, Place, Stored, Tagging, Variant};

pub(crate) fn definition(stored: &Stored<'_>) -> TokenStream {
    let Stored { kind: of, others } = stored;
    let kind = kind(of);
    if others.is_empty() {
        quote!(__s::Definition::new(#kind))
    } else {
        quote!(__s::definition(#kind, &[#(#others),*]))
    }
}

fn kind(kind: &Kind<'_>) -> TokenStream {
    match kind {
        Kind::Unit => quote!(__s::Kind::Unit),
        Kind::Newtype(place) => {
            let form = form(*place);
            quote!(__s::Kind::Newtype(#form))
        }
        Kind::Tuple(places) => {
            let forms = places.iter().copied().map(form);
            quote!(__s::Kind::Tuple(::std::vec![#(#forms),*]))
        }
        Kind::Object(members) => {
            let members = members.iter().map(member);
            quote!(__s::object() #(#members)* .kind())
        }
        Kind::Enum(tagging, variants) => {
            let tagging = self::tagging(tagging);
            let variants = variants.iter().map(variant);
            quote! {
                __s::Kind::Enum(__s::Enum {
                    tagging: #tagging,
                    variants: ::std::vec![#(#variants),*],
                })
            }
        }
        Kind::ByFunction(name) => quote!(__s::Kind::Newtype(__s::opaque_form(#name))),
    }
}

fn tagging(tagging: &Tagging) -> TokenStream {
    match tagging {
        Tagging::External => quote!(__s::Tagging::External),
        Tagging::Internal(tag) => {
            quote!(__s::Tagging::Internal(::std::string::String::from(#tag)))
        }
        Tagging::Adjacent(tag, content) => quote! {
            __s::Tagging::Adjacent {
                tag: ::std::string::String::from(#tag),
                content: ::std::string::String::from(#content),
            }
        },
        Tagging::Untagged => quote!(__s::Tagging::Untagged),
    }
}

fn variant(variant: &Variant<'_>) -> TokenStream {
    let Variant { name, stored: Stored { kind: of, others } } = variant;
    let kind = kind(of);
    quote!(__s::variant(#name, #kind, &[#(#others),*]))
}

fn member(member: &Member<'_>) -> TokenStream {
    let Member { name, place, is_optional, is_flattened, others } = member;
    let form = form(*place);
    let field = match (is_flattened, is_optional) {
        (true, _) => quote!(.flattened(#name, #form, __t)),
        (false, true) => quote!(.optional(#name, #form)),
        (false, false) => quote!(.field(#name, #form)),
    };
    let with = (!others.is_empty()).then(|| quote!(.with(&[#(#others),*])));
    quote!(#field #with)
}

fn form(place: Place<'_>) -> TokenStream {
    let of = &place.field.ty;
    if place.is_by_function || is_opaque(place.field) {
        let name = text_of(of.to_token_stream());
        quote!(__s::opaque_form(#name))
    } else {
        quote!(<#of as __s::Shape>::form(__t))
    }
}
