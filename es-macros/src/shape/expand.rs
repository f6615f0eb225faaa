//! What `#[derive(Shape)]` writes.

use proc_macro2::TokenStream;
use quote::quote;
use syn::Data;

use super::definition::{self, Asked};
use super::model::{Shape, is_opaque};
use super::path::path;

pub(crate) fn shape(model: &Shape<'_>) -> TokenStream {
    let Shape { input, krate, deprecation, source, .. } = model;
    let ident = &input.ident;
    let path = path(ident, &input.generics, |parameter| {
        let ident = &parameter.ident;
        quote!(<#ident as __s::Shape>::form(__t))
    });
    let form = if model.is_by_function {
        quote!(__s::opaque::<Self>(#path, #source, __t))
    } else {
        let definition = definition(model);
        quote!(__s::define::<Self>(#path, #source, __t, |__t| #definition))
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

fn definition(model: &Shape<'_>) -> TokenStream {
    let asked = Asked::Strictly { is_opaque };
    let attributes = &model.input.attrs;
    match &model.input.data {
        Data::Struct(data) => definition::of_struct(attributes, &data.fields, asked),
        Data::Enum(data) => definition::of_enum(attributes, data, asked),
        Data::Union(_) => TokenStream::new(),
    }
}
