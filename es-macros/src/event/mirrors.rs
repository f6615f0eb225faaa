//! The older versions of an event as private structs, and the steps from each to the next.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{ExprPath, Fields, FieldsNamed, Type, parse_quote};

use super::history::{From, History, Made};
use crate::crate_path::CratePath;

/// The name of the struct for an old version: its number. The structs exist for this event only.
fn mirror(version: u32) -> Ident {
    format_ident!("__V{version}")
}

/// The structs of the past and the steps up to `event`.
pub(crate) fn mirrors(history: &History<'_>, event: &Ident, krate: CratePath<'_>) -> TokenStream {
    let structs = history.past().map(|version| structure(history, version));
    let steps = history.past().map(|version| {
        let to = if version + 1 == history.version { event.clone() } else { mirror(version + 1) };
        step(history, version, &to, krate)
    });
    let default = history.has_default().then(|| {
        quote!(
            use ::core::default::Default as __Default;
        )
    });
    quote! {
        use #krate::__private::{self as __p, serde as __serde};
        #default
        #(#structs)*
        #(#steps)*
    }
}

/// The body of `decode_past`.
pub(crate) fn upcast_from(history: &History<'_>) -> TokenStream {
    let mut past = history.past().map(mirror);
    let first = past.next();
    let versions = past.fold(quote!((#first,)), |older, newer| quote!((#older, #newer)));
    quote!(__p::upcast_from::<#versions, Self>(__version, __payload))
}

/// The fields of each version of the past, as they were stored.
pub(crate) fn past(history: &History<'_>) -> impl Iterator<Item = Fields> {
    history.past().map(|version| Fields::Named(fields(history, version)))
}

fn structure(history: &History<'_>, version: u32) -> TokenStream {
    let mirror = mirror(version);
    let of_struct = &history.serde;
    let fields = fields(history, version);
    quote! {
        #[derive(__serde::Deserialize)]
        #[serde(crate = "__serde" #(, #of_struct)*)]
        struct #mirror #fields
    }
}

/// The fields as they were in `version`, with the serde attributes of each.
fn fields(history: &History<'_>, version: u32) -> FieldsNamed {
    let fields = history.fields(version).map(|field| {
        let (ident, ty, serde) = (&field.ident, field.ty, &field.serde);
        let rename = field.key.map(|key| quote!(rename = #key));
        let serde: Vec<_> =
            rename.into_iter().chain(serde.iter().map(|carried| quote!(#carried))).collect();
        let serde = (!serde.is_empty()).then(|| quote!(#[serde(#(#serde),*)]));
        quote!(#serde #ident: #ty)
    });
    parse_quote!({ #(#fields,)* })
}

/// The step from `version` to the next one, whose name is `to`.
fn step(history: &History<'_>, version: u32, to: &Ident, krate: CratePath<'_>) -> TokenStream {
    let from = mirror(version);
    let olds = history.fields(version).map(|field| {
        let old = old(&field.ident, Span::call_site());
        let ident = field.ident;
        quote!(#ident: #old)
    });
    let made: Vec<_> = history.made(version + 1).collect();
    // Functions that look at old fields come before these are moved.
    let looked_up = made.iter().filter_map(looked_up);
    let fields = made.iter().map(field);
    let can_fail =
        made.iter().any(|made| matches!(made.from, From::Changed(..) | From::Function(..)));
    let previous = quote!(#from { #(#olds),* }: #from);
    let this = quote!(Self { #(#fields),* });
    if can_fail {
        quote! {
            #[automatically_derived]
            impl #krate::TryUpcast<#from> for #to {
                type Error = __p::BoxError;

                fn try_upcast(#previous) -> ::core::result::Result<Self, Self::Error> {
                    #(#looked_up)*
                    ::core::result::Result::Ok(#this)
                }
            }
        }
    } else {
        quote! {
            #[automatically_derived]
            impl #krate::Upcast<#from> for #to {
                fn upcast(#previous) -> Self {
                    #this
                }
            }
        }
    }
}

fn looked_up(made: &Made<'_>) -> Option<TokenStream> {
    let From::Function(function, fields) = &made.from else { return None };
    let new = new(&made.ident);
    let fields = fields.iter().map(|(word, field)| {
        let old = old(field, word.span());
        quote_spanned!(word.span()=> &#old)
    });
    let given = given(function, &quote!(#(#fields),*), made.ty);
    Some(quote!(let #new = #given;))
}

fn field(made: &Made<'_>) -> TokenStream {
    let ident = &made.ident;
    let value = match &made.from {
        From::Field(before) => old(before, Span::call_site()).into_token_stream(),
        From::Changed(function, before) => {
            let old = old(before, blame(function));
            given(function, &quote!(#old), made.ty)
        }
        From::Default(word) => quote_spanned!(word.span()=> __Default::default()),
        From::Value(value) => value.to_token_stream(),
        From::Function(..) => new(ident).into_token_stream(),
    };
    quote!(#ident: #value)
}

/// The call of `function` with the arguments. The compiler underlines the function's name.
fn given(function: &ExprPath, arguments: &TokenStream, ty: &Type) -> TokenStream {
    let call = quote_spanned!(blame(function)=> (#arguments));
    quote!(__p::FieldValue::<#ty>::field_value(#function #call)?)
}

fn blame(function: &ExprPath) -> Span {
    function.path.segments.last().map_or_else(|| function.span(), |last| last.ident.span())
}

fn old(field: &Ident, span: Span) -> Ident {
    format_ident!("__old_{}", field.unraw(), span = span)
}

fn new(field: &Ident) -> Ident {
    format_ident!("__new_{}", field.unraw(), span = Span::call_site())
}
