//! `#[derive(DecisionModel)]`.

mod expand;
mod model;

use proc_macro2::TokenStream;
use quote::quote;
use syn::DeriveInput;

use crate::aggregate;
use crate::diagnostics::Errors;
use crate::keys;
use crate::reject_lifetimes::is_owned;

pub(crate) fn derive(input: &DeriveInput, errors: &mut Errors) -> TokenStream {
    if !is_owned("a decision model", &input.generics, errors) {
        return TokenStream::new();
    }
    let spec = keys::of_struct(input, errors);
    let is_aggregate = input.attrs.iter().any(|attr| attr.path().is_ident("aggregate"));
    let listed = is_aggregate.then(|| aggregate::listed(input));
    let model = model::DecisionModel::new(input, &spec, listed.as_ref(), errors);
    let completion = errors.completion(model.krate);
    let written = expand::decision_model(&model);
    quote!(#completion #written)
}
