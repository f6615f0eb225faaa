//! `#[derive(DecisionModel)]`.

mod expand;
mod model;
mod parse;

use proc_macro2::TokenStream;
use syn::DeriveInput;

use crate::diagnostics::Errors;
use crate::ownership::is_owned;

pub(crate) fn derive(input: &DeriveInput, errors: &mut Errors) -> TokenStream {
    if !is_owned("a decision model", &input.generics, errors) {
        return TokenStream::new();
    }
    if let Some(aggregate) = input.attrs.iter().find(|attr| attr.path().is_ident("aggregate")) {
        errors.at(
            aggregate.path(),
            format_args!(
                "an aggregate is no decision model as well, since each writes a `{}Event`; \
                 put what a decision knows into a struct of its own",
                input.ident
            ),
        );
        return TokenStream::new();
    }
    let spec = parse::spec(input, errors);
    let model = model::DecisionModel::new(input, &spec, errors);
    expand::decision_model(&model)
}
