//! The derives as plain functions: what they write and what they say.

mod budget;
mod completion;
mod editor;
mod fuzz;
mod mistakes;
mod projection;
mod snapshots;

use proc_macro2::TokenStream;
use syn::DeriveInput;

use crate::diagnostics::Errors;

type Derive = fn(&DeriveInput, &mut Errors) -> TokenStream;

/// What `derive` says about `item`, mistake by mistake.
fn mistakes(derive: Derive, item: &str) -> Vec<String> {
    let input = syn::parse_str(item).unwrap();
    let mut errors = Errors::default();
    derive(&input, &mut errors);
    errors.messages()
}

/// What `derive` writes for `item`.
fn expansion(derive: Derive, item: &str) -> TokenStream {
    crate::expansion::of(derive, item.parse().unwrap())
}
