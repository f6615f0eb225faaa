//! From the tokens of an item to the tokens of its expansion.

use proc_macro2::TokenStream;
use syn::DeriveInput;

use crate::diagnostics::Errors;

/// What `derive` writes for `item`, and after it whatever is wrong with the item.
pub(crate) fn of(
    derive: fn(&DeriveInput, &mut Errors) -> TokenStream,
    item: TokenStream,
) -> TokenStream {
    let mut errors = Errors::default();
    let mut expansion = match errors.take(syn::parse2(item)) {
        Some(input) => derive(&input, &mut errors),
        None => TokenStream::new(),
    };
    expansion.extend(errors.report());
    expansion
}
