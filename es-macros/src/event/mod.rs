//! `#[derive(Event)]`.

mod aliases;
mod borrowed;
mod carried_serde_attrs;
mod change;
mod expand;
mod field_history;
mod history;
mod home;
mod mirrors;
mod model;
mod parse;
mod past;
mod removed;

use proc_macro2::TokenStream;
use quote::quote;
use syn::DeriveInput;

use crate::diagnostics::Errors;

pub(crate) fn derive(input: &DeriveInput, errors: &mut Errors) -> TokenStream {
    let spec = parse::spec(input, errors);
    let model = model::Event::new(input, &spec, errors);
    let completion = errors.completion(model.krate);
    let written = expand::event(&model);
    quote!(#completion #written)
}
