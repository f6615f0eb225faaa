//! `#[derive(Saga)]`.

mod attempts;
mod checks;
mod definition;
mod expand;
mod list;
mod model;
mod performers;

use proc_macro2::TokenStream;
use quote::quote;
use syn::DeriveInput;

use crate::diagnostics::Errors;
use crate::keys::{self, SagaKeys};

pub(crate) fn derive(input: &DeriveInput, errors: &mut Errors) -> TokenStream {
    let spec = keys::read(&input.attrs, errors);
    keys::none_on_fields::<SagaKeys>(
        input,
        "`saga` goes on the struct, not on a field; move it there",
        errors,
    );
    let model = model::Saga::new(input, &spec, errors);
    let completion = errors.completion(model.krate);
    let written = expand::saga(&model);
    quote!(#completion #written)
}
