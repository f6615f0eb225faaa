//! `#[derive(Command)]`.

mod expand;
mod model;

use proc_macro2::TokenStream;
use quote::quote;
use syn::DeriveInput;

use crate::diagnostics::Errors;
use crate::keys;

pub(crate) fn derive(input: &DeriveInput, errors: &mut Errors) -> TokenStream {
    let spec = keys::of_struct(input, errors);
    let model = model::Command::new(input, &spec, errors);
    let completion = errors.completion(model.krate);
    let written = expand::command(&model);
    quote!(#completion #written)
}
