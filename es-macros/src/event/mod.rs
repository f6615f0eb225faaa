//! `#[derive(Event)]`.

mod aliases;
mod borrowed;
mod carried_serde_attrs;
mod expand;
mod field_history;
mod history;
mod home;
mod mirrors;
mod model;
mod past;

use proc_macro2::TokenStream;
use quote::quote;
use syn::DeriveInput;

use crate::diagnostics::Errors;
use crate::keys;

pub(crate) fn derive(input: &DeriveInput, errors: &mut Errors) -> TokenStream {
    let spec = keys::of_struct(input, errors);
    let model = model::Event::new(input, &spec, errors);
    let completion = errors.completion(model.krate);
    let written = expand::event(&model);
    quote!(#completion #written)
}
