//! `#[derive(StateShape)]`, and the same for the state of an aggregate.

mod expand;
mod model;

use proc_macro2::TokenStream;
use syn::DeriveInput;

pub(crate) use expand::state_shape;
pub(crate) use model::StateShape;

use crate::attr::{self, Elsewhere, Vocabulary};
use crate::crate_path::CratePath;
use crate::diagnostics::{Errors, Slot};
use crate::ownership::is_owned;

/// What is written on the type.
const VOCABULARY: Vocabulary = Vocabulary {
    attribute: "state_shape",
    module: "state_shape",
    keys: &["crate"],
    elsewhere: Elsewhere::NOWHERE,
};

pub(crate) fn derive(input: &DeriveInput, errors: &mut Errors) -> TokenStream {
    if !is_owned("a state", &input.generics, errors) {
        return TokenStream::new();
    }
    let mut krate = Slot::default();
    let written = attr::read(&input.attrs, &VOCABULARY, errors, |key, input, errors| {
        krate.set(key, attr::value(key, input, CratePath::EXAMPLE)?, errors);
        Ok(())
    });
    let krate = CratePath::new(&krate, errors);
    let completion = written.completion(&VOCABULARY, krate);
    let shape = StateShape::new(input, krate, errors).map(|model| state_shape(&model));
    quote::quote!(#completion #shape)
}
