//! `#[derive(Activity)]`.

mod expand;
mod model;

use proc_macro2::TokenStream;
use quote::quote;
use syn::DeriveInput;

use crate::diagnostics::Errors;
use crate::keys::{self, ActivityKeys};

pub(crate) fn derive(input: &DeriveInput, errors: &mut Errors) -> TokenStream {
    let spec = keys::read(&input.attrs, errors);
    keys::none_on_fields::<ActivityKeys>(
        input,
        "`activity` goes on the struct, not on a field; move it there",
        errors,
    );
    let model = model::Activity::new(input, &spec, errors);
    let completion = errors.completion(model.krate);
    let written = expand::activity(&model);
    quote!(#completion #written)
}
