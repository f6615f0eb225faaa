//! `#[derive(EventSet)]`, and the code that it shares with `#[derive(Aggregate)]`.

mod expand;
mod model;

pub(crate) use expand::{implementations, in_brackets, in_its_own_scope, in_parentheses, reads};
pub(crate) use model::{EventSet, Member, bounds_itself, is_parameter};

use proc_macro2::TokenStream;
use quote::quote;
use syn::DeriveInput;

use crate::diagnostics::Errors;
use crate::keys::{self, EventSetKeys};
use crate::reject_lifetimes::is_owned;

pub(crate) fn derive(input: &DeriveInput, errors: &mut Errors) -> TokenStream {
    if !is_owned("a set of events", &input.generics, errors) {
        return TokenStream::new();
    }
    let spec = keys::read(&input.attrs, errors);
    keys::none_on_variants::<EventSetKeys>(
        input,
        "`event_set` goes on the enum, not on a variant; move it there",
        errors,
    );
    match EventSet::of_enum(input, &spec, errors) {
        Some(model) => {
            let completion = errors.completion(model.krate);
            let written = expand::event_set(&model);
            quote!(#completion #written)
        }
        None => TokenStream::new(),
    }
}
