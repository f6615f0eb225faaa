//! What `#[derive(StateShape)]` writes.

use proc_macro2::TokenStream;
use quote::quote;

use super::model::{Piece, StateShape};

pub(crate) fn state_shape(model: &StateShape<'_>) -> TokenStream {
    let StateShape { krate, name, deprecation, .. } = model;
    let ident = &model.input.ident;
    let pieces = model.pieces.iter().map(|piece| match piece {
        Piece::Text(text) => quote!(.text(#text)),
        Piece::Type(of) => quote!(.of::<#of>()),
    });
    let (impl_generics, ty_generics, where_clause) = model.generics.split_for_impl();
    quote! {
        #[automatically_derived]
        #deprecation
        impl #impl_generics #krate::StateShape for #ident #ty_generics #where_clause {
            fn outline(__outline: &mut #krate::Outline) {
                if __outline.begins::<Self>(::core::module_path!(), #name) {
                    __outline #(#pieces)*;
                }
            }
        }
    }
}
