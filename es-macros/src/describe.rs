//! The `Describe` of a struct, the same for events, commands and states.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::ext::IdentExt;
use syn::{Data, DeriveInput, Fields, Generics, Index, Member};

use crate::allow_deprecated::Deprecation;
use crate::crate_path::CratePath;

/// Implements `Describe` for `input`: shows its fields.
pub(crate) fn describe(
    input: &DeriveInput,
    generics: &Generics,
    krate: CratePath<'_>,
) -> TokenStream {
    let names = quote!(use #krate::__private::show::*;);
    implementation(input, generics, &quote!(#krate::Describe), &quote!(#krate::Description), &names)
}

/// Works like [`describe`], where the names of `__private::show` are in scope; `generics` are those
/// of `input`, perhaps with more bounds.
pub(crate) fn describe_in_scope(input: &DeriveInput, generics: &Generics) -> TokenStream {
    let (of, description) = (quote!(__Describe), quote!(__Description));
    implementation(input, generics, &of, &description, &TokenStream::new())
}

fn implementation(
    input: &DeriveInput,
    generics: &Generics,
    of: &TokenStream,
    description: &TokenStream,
    names: &TokenStream,
) -> TokenStream {
    let ident = &input.ident;
    let name = ident.unraw().to_string();
    let deprecation = Deprecation::of(&input.attrs);
    let fields = members(&input.data).map(|member| field(&member));
    let described = match style(&input.data) {
        Style::Named => quote!(__named(#name, [#(#fields),*])),
        Style::Numbered => quote!(__numbered(#name, [#(#fields),*])),
        Style::Unit => quote!(__unit(#name)),
    };
    let (impl_generics, ty_generics, where_clause) = generics.split_for_impl();
    quote! {
        #[automatically_derived]
        #deprecation
        impl #impl_generics #of for #ident #ty_generics #where_clause {
            fn describe(&self) -> #description {
                #names
                #described
            }
        }
    }
}

enum Style {
    Named,
    Numbered,
    Unit,
}

fn style(data: &Data) -> Style {
    match data {
        Data::Struct(data) => match data.fields {
            Fields::Named(_) => Style::Named,
            Fields::Unnamed(_) => Style::Numbered,
            Fields::Unit => Style::Unit,
        },
        Data::Enum(_) | Data::Union(_) => Style::Unit,
    }
}

/// The fields, as accessed through `self`. An enum, which is a mistake here, shows none.
fn members(data: &Data) -> impl Iterator<Item = Member> {
    let fields = match data {
        Data::Struct(data) => Some(&data.fields),
        Data::Enum(_) | Data::Union(_) => None,
    };
    fields.into_iter().flatten().zip(0..).map(|(field, nth)| match &field.ident {
        Some(ident) => Member::Named(ident.clone()),
        None => Member::Unnamed(Index { index: nth, span: proc_macro2::Span::call_site() }),
    })
}

fn field(member: &Member) -> TokenStream {
    let name = match member {
        Member::Named(ident) => ident.unraw().to_string(),
        Member::Unnamed(index) => index.to_token_stream().to_string(),
    };
    quote!((#name, __Show(&self.#member).es_show()))
}
