//! The expansion of `#[derive(Command)]`.

use proc_macro2::TokenStream;
use quote::quote;
use syn::Data;
use syn::ext::IdentExt;

use super::model::{Command, Id};
use crate::allow_deprecated::Deprecation;
use crate::describe::describe;

pub(crate) fn command(model: &Command<'_>) -> TokenStream {
    // A union cannot have the derives that a command needs: each would be told of again.
    let is_union = matches!(model.input.data, Data::Union(_));
    let command = (!is_union).then(|| implementation(model));
    let described = describe(model.input, &model.input.generics, model.krate);
    quote!(#command #described)
}

fn implementation(model: &Command<'_>) -> TokenStream {
    let Command { aggregate, lifecycle, request_name, krate, .. } = model;
    let ident = &model.input.ident;
    let name = ident.unraw().to_string();
    let deprecation = Deprecation::of(&model.input.attrs);
    let id = id(model);
    let (impl_generics, ty_generics, where_clause) = model.generics.split_for_impl();
    quote! {
        #[automatically_derived]
        #deprecation
        impl #impl_generics #krate::Command for #ident #ty_generics #where_clause {
            type Aggregate = #aggregate;
            const NAME: &'static str = #name;
            const LIFECYCLE: #krate::Lifecycle = #krate::Lifecycle::#lifecycle;

            fn aggregate_id(&self) -> &<#aggregate as #krate::Aggregate>::Id {
                #id
            }
        }
        #[automatically_derived]
        #deprecation
        impl #impl_generics #krate::process::StepRequest for #ident #ty_generics #where_clause {
            type Kind = #krate::process::OfCommand;
            type Output = ();
            const REQUEST_NAME: &'static str = #request_name;
        }
    }
}

fn id(model: &Command<'_>) -> TokenStream {
    let Command { aggregate, krate, .. } = model;
    let Some(Id { member, ty }) = &model.id else {
        return quote!(::core::unimplemented!());
    };
    // The field's type is named, so that the compiler underlines it if it is the wrong one.
    quote!(#krate::__private::id_of::<#aggregate, #ty>(&self.#member))
}
