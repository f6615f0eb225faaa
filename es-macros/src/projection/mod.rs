//! `#[derive(Projection)]`.

mod dispatch;
mod expand;
mod handlers;
mod model;

use proc_macro2::TokenStream;
use quote::quote;
use syn::DeriveInput;

use crate::diagnostics::Errors;
use crate::keys::{self, ProjectionKeys};
use crate::reject_lifetimes::is_owned;

pub(crate) fn derive(input: &DeriveInput, errors: &mut Errors) -> TokenStream {
    if !is_owned("a projection", &input.generics, errors) {
        return TokenStream::new();
    }
    if has_an_enum_already(input, errors) {
        return TokenStream::new();
    }
    let spec = keys::read(&input.attrs, errors);
    keys::none_on_fields::<ProjectionKeys>(
        input,
        "`projection` goes on the struct, not on a field; move it there",
        errors,
    );
    let model = model::Projection::new(input, &spec, errors);
    let completion = errors.completion(model.krate);
    let written = expand::projection(&model);
    quote!(#completion #written)
}

/// True if another derive writes an enum of the same name; reports an error if so.
fn has_an_enum_already(input: &DeriveInput, errors: &mut Errors) -> bool {
    let writes_one = |word: &str| word == "aggregate" || word == "decision_model";
    let mut others = input.attrs.iter().filter_map(|attr| attr.path().get_ident());
    let Some(other) = others.find(|word| writes_one(&word.to_string())) else {
        return false;
    };
    let what = if other == "aggregate" { "an aggregate" } else { "a decision model" };
    errors.at(
        other,
        format_args!(
            "{what} is no projection as well, since each writes a `{}Event`; \
             put the projection on a struct of its own",
            input.ident
        ),
    );
    true
}
