//! `#[derive(Command)]`.

mod expand;
mod model;
mod parse;

use proc_macro2::TokenStream;
use quote::quote;
use syn::DeriveInput;

use crate::diagnostics::Errors;

pub(crate) fn derive(input: &DeriveInput, errors: &mut Errors) -> TokenStream {
    let spec = parse::spec(input, errors);
    let model = model::Command::new(input, &spec, errors);
    let completion = errors.completion(model.krate);
    let written = expand::command(&model);
    quote!(#completion #written)
}
