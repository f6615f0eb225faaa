//! The expansion of an item, from tokens to tokens.

use proc_macro2::TokenStream;
use syn::DeriveInput;

use crate::diagnostics::Errors;

/// The expansion of `item` by `derive`, followed by the mistakes in the item.
pub(crate) fn of(
    derive: fn(&DeriveInput, &mut Errors) -> TokenStream,
    item: TokenStream,
) -> TokenStream {
    let mut errors = Errors::default();
    let expansion = match errors.take(syn::parse2(item)) {
        Some(input) => derive(&input, &mut errors),
        None => TokenStream::new(),
    };
    errors.report_beside(expansion)
}
