//! `#[derive(Event)]`.

mod aliases;
mod carried;
mod change;
mod expand;
mod history;
mod home;
mod lifeline;
mod mirrors;
mod model;
mod parse;
mod past;
mod removed;

use proc_macro2::TokenStream;
use syn::DeriveInput;

use crate::diagnostics::Errors;
use crate::ownership::is_owned;

pub(crate) fn derive(input: &DeriveInput, errors: &mut Errors) -> TokenStream {
    if !is_owned("an event", &input.generics, errors) {
        return TokenStream::new();
    }
    let spec = parse::spec(input, errors);
    let model = model::Event::new(input, &spec, errors);
    expand::event(&model)
}
