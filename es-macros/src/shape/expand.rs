//! The expansion of `#[derive(Shape)]`.

use proc_macro2::TokenStream;
use quote::quote;
use syn::Data;

use super::definition::definition;
use super::model::Shape;
use super::path::path;
use super::stored::Stored;

pub(crate) fn shape(model: &Shape<'_>) -> TokenStream {
    let Shape { input, krate, deprecation, source, .. } = model;
    let ident = &input.ident;
    let path = path(ident, &input.generics, |parameter| {
        let ident = &parameter.ident;
        quote!(<#ident as __s::Shape>::form(__t))
    });
    let stored = match &input.data {
        _ if model.is_by_function => None,
        Data::Struct(data) => Some(Stored::of_struct(&input.attrs, &data.fields)),
        Data::Enum(data) => Some(Stored::of_enum(&input.attrs, data)),
        Data::Union(_) => None,
    };
    let form = if let Some(definition) = stored.as_ref().map(definition) {
        quote!(__s::define::<Self>(__s::path!(#path), #source, __t, |__t| #definition))
    } else {
        quote!(__s::opaque::<Self>(__s::path!(#path), #source, __t))
    };
    let (impl_generics, ty_generics, where_clause) = model.generics.split_for_impl();
    quote! {
        #[automatically_derived]
        #deprecation
        impl #impl_generics #krate::Shape for #ident #ty_generics #where_clause {
            fn form(__t: &mut #krate::shape::Types) -> #krate::shape::Form {
                use #krate::__private::shape as __s;
                #form
            }
        }
    }
}
