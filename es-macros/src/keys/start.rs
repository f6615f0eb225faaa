//! The start of the effects of a new projection: `start = now`.

use proc_macro2::Ident;
use syn::LitInt;
use syn::parse::{Parse, ParseStream};

/// The start of the effects of a new projection.
pub(crate) enum Start {
    /// The first event that the log does not show yet.
    Now,
    /// The first event of the log.
    Beginning,
    /// The first event after a position.
    After(u64),
}

impl Parse for Start {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        if input.peek(LitInt) {
            return Ok(Self::After(input.parse::<LitInt>()?.base10_parse()?));
        }
        let word: Ident = input.parse()?;
        match word.to_string().as_str() {
            "now" => Ok(Self::Now),
            "beginning" => Ok(Self::Beginning),
            _ => Err(syn::Error::new_spanned(word, "no place of the log")),
        }
    }
}
