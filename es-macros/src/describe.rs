//! The `Describe` of a struct, the same for events, commands and states.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::ext::IdentExt;
use syn::{Data, DeriveInput, Fields, Generics, Index, Member};

use crate::crate_path::CratePath;
use crate::deprecation::Deprecation;

/// Opens the fields of `input`; `generics` are its own, perhaps with more bounds.
pub(crate) fn describe(
    input: &DeriveInput,
    generics: &Generics,
    krate: CratePath<'_>,
) -> TokenStream {
    let ident = &input.ident;
    let name = ident.unraw().to_string();
    let deprecation = Deprecation::of(&input.attrs);
    let style = style(&input.data);
    let fields = members(&input.data).map(|member| field(&member));
    let show = members(&input.data).next().map(|_| quote!(use #krate::__private::show::*;));
    let (impl_generics, ty_generics, where_clause) = generics.split_for_impl();
    quote! {
        #[automatically_derived]
        #deprecation
        impl #impl_generics #krate::Describe for #ident #ty_generics #where_clause {
            fn describe(&self) -> #krate::Description {
                #show
                #krate::Description::new(#name, #krate::FieldStyle::#style) #(#fields)*
            }
        }
    }
}

fn style(data: &Data) -> TokenStream {
    match data {
        Data::Struct(data) => match data.fields {
            Fields::Named(_) => quote!(Named),
            Fields::Unnamed(_) => quote!(Tuple),
            Fields::Unit => quote!(Unit),
        },
        Data::Enum(_) | Data::Union(_) => quote!(Unit),
    }
}

/// The fields as one reaches them through `self`. An enum, which is a mistake here, shows none.
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
    quote!(.field(#name, (&&__Show(&self.#member)).es_show()))
}
