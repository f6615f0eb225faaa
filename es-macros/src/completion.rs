//! Code completion in unfinished annotations, where a key or a function is still missing.
//!
//! An editor expands an annotation twice, as it stands and with a word of its own at the cursor,
//! and looks up the names that are in scope at the place of that word. Both expansions must be the
//! same up to that place: an empty list is expanded like a list with a word in it, and before
//! everything that may depend on the word.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote};
use syn::parse::ParseStream;
use syn::{ExprPath, Token};

use crate::crate_path::CratePath;

/// A place in an annotation where something is still to be written.
#[derive(Debug)]
pub(crate) enum Unfinished {
    /// A key, of those in a module of `__private::keys`.
    Key {
        module: String,
        /// The word at the place, which is no key yet; `None` in an empty list.
        word: Option<Ident>,
    },
    /// A function; its path, if there is one.
    Function(TokenStream),
}

impl Unfinished {
    /// The place of `word`. There is none to complete if `word` could not be the name of an item,
    /// as no keyword can.
    pub(crate) fn key(module: String, word: &Ident) -> Option<Self> {
        let word = syn::parse2(word.to_token_stream()).ok()?;
        Some(Self::Key { module, word: Some(word) })
    }

    pub(crate) const fn empty_list(module: String) -> Self {
        Self::Key { module, word: None }
    }

    /// The value after a key that calls a function, from its `=`.
    pub(crate) fn function(value: ParseStream<'_>) -> Self {
        let path = value.parse::<Token![=]>().and_then(|_| value.parse::<ExprPath>());
        Self::Function(path.map_or_else(|_| TokenStream::new(), ToTokens::into_token_stream))
    }

    /// The tokens for the editor at the place, with the suitable names in scope. The compiler does
    /// not look at them.
    pub(crate) fn completion(&self, krate: CratePath<'_>) -> TokenStream {
        let item = match self {
            Self::Key { module, word } => {
                let module = Ident::new(module, Span::call_site());
                let word = word.iter();
                quote! {
                    mod keys {
                        use #krate::__private::keys::#module::*;
                        use self::{ #(#word as _)* };
                    }
                }
            }
            Self::Function(path) => quote!(fn __function() { #path; }),
        };
        quote! {
            #[allow(unexpected_cfgs)]
            const _: () = {
                #[cfg(rust_analyzer)]
                #item
            };
        }
    }
}
