//! The derives as plain functions: their expansions and their error messages.

mod budget;
mod completion;
mod editor;
mod fuzz;
mod mistakes;
mod projection;
mod saga;
mod snapshots;
mod table;

use proc_macro2::TokenStream;
use syn::DeriveInput;

use crate::diagnostics::Errors;

type Derive = fn(&DeriveInput, &mut Errors) -> TokenStream;

/// The messages of `derive` for `item`, mistake by mistake.
fn mistakes(derive: Derive, item: &str) -> Vec<String> {
    let input = syn::parse_str(item).unwrap();
    let mut errors = Errors::default();
    derive(&input, &mut errors);
    errors.messages()
}

/// The expansion of `item` by `derive`.
fn expansion(derive: Derive, item: &str) -> TokenStream {
    crate::expansion::of(derive, item.parse().unwrap())
}
